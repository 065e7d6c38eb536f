// Where the page is, in the URL's hash: "#/" with its filters or "#/t/ID" with its fields. Reload and links keep all of it.
import { signal } from "@preact/signals";

export interface Route {
  readonly page: "plant" | "twin";
  readonly id: string;
  readonly params: ReadonlyMap<string, string>;
}

export function parseRoute(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#/, "").split("?");
  const params = new Map(new URLSearchParams(query));
  const match = /^\/t\/(.+)$/.exec(path);
  if (match === null) return { page: "plant", id: "", params };
  try {
    return { page: "twin", id: decodeURIComponent(match[1] as string), params };
  } catch {
    return { page: "plant", id: "", params };
  }
}

export function formatRoute(route: Route): string {
  const path = route.page === "twin" ? `#/t/${encodeURIComponent(route.id).replaceAll("%3A", ":")}` : "#/";
  const query = new URLSearchParams([...route.params]).toString().replaceAll("%2C", ",");
  return query === "" ? path : `${path}?${query}`;
}

export function twinHref(id: string): string {
  return formatRoute({ page: "twin", id, params: new Map() });
}

export const route = signal<Route>(parseRoute(""));

export function startRoute(): void {
  const read = (): void => { route.value = parseRoute(location.hash); };
  read();
  addEventListener("hashchange", read);
}

export function goToTwin(id: string): void {
  location.hash = twinHref(id);
}

/** Changes one member of the present page's query, without a new entry in the history. */
export function setParam(name: string, value: string | null): void {
  const params = new Map(route.value.params);
  if (value === null || value === "") params.delete(name);
  else params.set(name, value);
  route.value = { ...route.value, params };
  history.replaceState(null, "", formatRoute(route.value));
}
