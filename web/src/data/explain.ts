// How a value came about, as the server says it after running that one turn again. Pure.
import { list, number, object, text } from "./wire";

export interface Line {
  readonly handler: number;
  readonly file: string;
  readonly line: number;
  readonly code: string;
  readonly count: number;
  /** What the line made or changed. */
  readonly locals: readonly (readonly [string, string])[];
}

export interface Handler {
  readonly name: string;
  readonly outcome: string;
  readonly why: string;
  readonly lines: readonly Line[];
}

export interface Explanation {
  readonly rev: number;
  readonly at: number;
  readonly input: string;
  readonly actor: string;
  /** The revision that an event came from, "" when it is no event. */
  readonly from: string;
  readonly version: string;
  readonly tookIn: readonly (readonly [string, string])[];
  readonly handlers: readonly Handler[];
  readonly effects: readonly { readonly field: string; readonly before: string; readonly after: string }[];
  readonly isCut: boolean;
  /** What differs when the turn is run again, "" when nothing does. */
  readonly differs: string;
}

function lineOf(value: unknown): Line {
  const line = object(value);
  return {
    handler: number(line["handler"], 0), file: text(line["file"]), line: number(line["line"], 0), code: text(line["text"]), count: number(line["count"], 1),
    locals: Object.entries(object(line["locals"])).map(([name, local]) => [name, text(local)] as const),
  };
}

export function explanationOf(value: unknown): Explanation {
  const answer = object(value);
  const [actor, from, first] = [object(answer["actor"]), object(answer["from"]), object(answer["first"])];
  const lines = list(answer["lines"]).map(lineOf);
  return {
    rev: number(answer["rev"], 0), at: Date.parse(text(answer["received"])) / 1000, input: text(answer["input"]),
    actor: [text(actor["kind"]), text(actor["name"])].filter((part) => part !== "").join(" "),
    from: "from" in answer ? `${text(from["twin"])}, revision ${number(from["rev"], 0)}` : "", version: text(answer["version"]),
    tookIn: list(answer["took_in"]).map((one) => [text(object(one)["field"]), text(object(one)["value"])] as const),
    handlers: list(answer["handlers"]).map((one, i) => {
      const handler = object(one);
      return { name: text(handler["handler"]), outcome: text(handler["outcome"]), why: text(handler["why"]), lines: lines.filter((line) => line.handler === i) };
    }),
    effects: list(answer["effects"]).map((one) => {
      const effect = object(one);
      return { field: text(effect["field"]), before: text(effect["before"]), after: text(effect["after"]) };
    }),
    isCut: answer["is_cut"] === true,
    differs: answer["equal"] === false ? `${text(first["field"])} was ${text(first["recorded"])} when recorded and is ${text(first["now"])} now` : "",
  };
}
