// How a value came about: the input and who sent it, the lines that ran with what their locals became, and what was written.
import { useEffect, useState } from "preact/hooks";
import type { Explanation, Handler } from "../data/explain";
import { explanationOf } from "../data/explain";
import { route, setParam } from "../route";
import { load } from "../session";
import { clock, fleet, modelOf } from "../state";
import { clockText, momentText, spoken } from "../text/format";

interface Choice {
  readonly name: string;
  readonly title: string;
  readonly group: string;
}

function choicesOf(id: string): Choice[] {
  const model = modelOf(fleet.find(id));
  const named = (group: string, all: readonly { readonly name: string; readonly title?: string }[]): Choice[] =>
    all.map(({ name, title }) => ({ name, title: title ?? spoken(name), group }));
  return [
    ...named("Derived", model?.derived ?? []), ...named("Alarms", model?.alarms ?? []), ...named("Predictions", model?.predictions ?? []),
    ...named("Sensors", model?.telemetry ?? []), ...named("Properties", model?.properties ?? []),
  ];
}

function Code({ handler }: { handler: Handler }) {
  const files = [...new Set(handler.lines.map(({ file }) => file))];
  return (
    <section class="handler" data-handler={handler.name}>
      <h3>{handler.name} <span class={handler.outcome === "ok" ? "soft small" : "problem"}>{handler.outcome === "ok" ? "" : handler.outcome}</span></h3>
      {files.map((file) => (
        <table key={file} class="code">
          <caption class="soft small">{file}</caption>
          <thead class="hidden"><tr><th scope="col">Line</th><th scope="col">Code</th><th scope="col">Locals</th></tr></thead>
          <tbody>
            {handler.lines.filter((line) => line.file === file).map((line, i) => (
              <tr key={i}>
                <td class="num soft">{line.line}</td>
                <td><code>{line.code}</code>{line.count > 1 && <span class="soft small">{` ${line.count} times`}</span>}</td>
                <td class="locals">{line.locals.map(([name, value]) => <span key={name}><b>{name}</b>{` ${value} `}</span>)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ))}
      {handler.why !== "" && <p class="problem">{handler.why}</p>}
    </section>
  );
}

function Story({ told }: { told: Explanation }) {
  const now = clock.now();
  return (
    <div class="story" data-rev={told.rev}>
      <p>
        <b>{spoken(told.input)}</b>{` by ${told.actor || "twind"}`}{told.from !== "" && `, sent by ${told.from}`}
        <span class="soft num">{` at ${momentText(told.at, now)}, ${clockText(told.at)}, revision ${told.rev}, version ${told.version}`}</span>
      </p>
      {told.tookIn.length > 0 && (
        <dl class="facts">{told.tookIn.map(([field, value]) => <div key={field}><dt>{field}</dt><dd class="num">{value}</dd></div>)}</dl>
      )}
      {told.handlers.length === 0 && <p class="soft">No handler ran: it was set as it came.</p>}
      {told.handlers.map((handler, i) => <Code key={i} handler={handler} />)}
      {told.isCut && <p class="soft small">More lines ran than are shown.</p>}
      <h3>It wrote</h3>
      {told.effects.length === 0
        ? <p class="soft">nothing</p>
        : (
          <table class="differences num">
            <thead><tr><th scope="col">field</th><th scope="col">before</th><th scope="col">after</th></tr></thead>
            <tbody>{told.effects.map(({ field, before, after }) => <tr key={field} data-field={field}><th scope="row">{field}</th><td>{before || "–"}</td><td><b>{after || "–"}</b></td></tr>)}</tbody>
          </table>
        )}
      {told.differs !== "" && <p class="problem">{`Run again it differs: ${told.differs}`}</p>}
    </div>
  );
}

/** "health", or "health@81234". */
export function Explain({ id }: { id: string }) {
  const wanted = route.value.params.get("why") ?? "";
  const [field = "", rev = ""] = wanted.split("@");
  const choices = choicesOf(id);
  const [told, setTold] = useState<Explanation | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [asked, setAsked] = useState(0);
  const name = choices.some((choice) => choice.name === field) ? field : (choices[0]?.name ?? "");
  const groups = [...new Set(choices.map(({ group }) => group))];

  useEffect(() => {
    let isWanted = true;
    const query = `field=${encodeURIComponent(name)}${rev === "" ? "" : `&rev=${encodeURIComponent(rev)}`}`;
    load(`/twins/${encodeURIComponent(id)}/explain?${query}`).then(
      (answer) => { if (isWanted) { setTold(explanationOf(answer)); setProblem(null); } },
      (reason: unknown) => { if (isWanted) { setTold(null); setProblem(reason instanceof Error ? reason.message : String(reason)); } });
    return () => { isWanted = false; };
  }, [name, rev, asked]);

  return (
    <>
      <div class="edit">
        <label for="why-field">Why is</label>
        <select id="why-field" value={name} onChange={(event) => setParam("why", event.currentTarget.value)}>
          {groups.map((group) => (
            <optgroup key={group} label={group}>
              {choices.filter((choice) => choice.group === group).map((choice) => <option key={choice.name} value={choice.name}>{choice.title}</option>)}
            </optgroup>
          ))}
        </select>
        <span class="soft">as it is?</span>
        <span class="grow" />
        {rev === "" && told !== null && <button type="button" class="quiet" onClick={() => setParam("why", `${name}@${told.rev}`)}>Keep this revision</button>}
        <button type="button" onClick={() => { if (rev === "") setAsked(asked + 1); else setParam("why", name); }}>Newest</button>
      </div>
      {problem !== null && <p class="problem" role="alert">{problem}</p>}
      {told !== null && <Story told={told} />}
    </>
  );
}
