// An empty plant says how to fill it: the line to type for this very host.
import { useState } from "preact/hooks";
import { info } from "../state";

function coapHost(): string {
  const told = info.value?.coap ?? "";
  const port = /:(\d+)$/.exec(told)?.[1] ?? "5683";
  const host = told.slice(0, told.length - port.length - 1);
  const isAny = host === "" || host === "0.0.0.0" || host === "[::]";
  return isAny ? `${location.hostname}:${port}` : told;
}

export function exampleLine(): string {
  return `coap-client-notls -m post -t 110 -e '[{"n":"temperature","u":"Cel","v":71.5}]' coap://${coapHost()}/t/pump-1`;
}

export function EmptyPlant() {
  const [isCopied, setCopied] = useState(false);
  const line = exampleLine();
  const copy = (): void => {
    navigator.clipboard?.writeText(line).then(() => setCopied(true), () => setCopied(false));
  };
  return (
    <section class="empty">
      <h1>No twins yet</h1>
      <p>A twin begins with its first message. Type this in a terminal on this machine:</p>
      <div class="to-type">
        <code id="example">{line}</code>
        <button type="button" onClick={copy}>{isCopied ? "Copied" : "Copy"}</button>
      </div>
      <p class="soft">This page shows the pump as soon as the message is in; no reload needed.</p>
    </section>
  );
}
