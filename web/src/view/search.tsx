// Finds a twin by any part of its id or its model's title. "/" brings the focus here, Enter opens the chosen one.
import { useState } from "preact/hooks";
import { goToTwin } from "../route";
import { fleet, modelTitle } from "../state";
import { Icon, Mark } from "./marks";

const MOST = 10;

/** Ids that start with the words come first, then ids that hold them, then models. */
function matches(words: string): number[] {
  const wanted = words.trim().toLowerCase();
  if (wanted === "") return [];
  const ranked: [number[], number[], number[]] = [[], [], []];
  for (let twin = 0; twin < fleet.ids.length; twin++) {
    if (fleet.alive[twin] !== 1) continue;
    const at = (fleet.ids[twin] as string).toLowerCase().indexOf(wanted);
    if (at === 0) ranked[0].push(twin);
    else if (at > 0) ranked[1].push(twin);
    else if (modelTitle(fleet.models[twin] as string).toLowerCase().includes(wanted)) ranked[2].push(twin);
    if (ranked[0].length >= MOST) break;
  }
  return ranked.flat().slice(0, MOST);
}

export function Search() {
  const [words, setWords] = useState("");
  const [chosen, setChosen] = useState(0);
  const [isOpen, setOpen] = useState(false);
  const found = isOpen ? matches(words) : [];

  const open = (twin: number | undefined): void => {
    if (twin === undefined) return;
    setOpen(false);
    setWords("");
    goToTwin(fleet.ids[twin] as string);
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === "ArrowDown") setChosen(Math.min(found.length - 1, chosen + 1));
    else if (event.key === "ArrowUp") setChosen(Math.max(0, chosen - 1));
    else if (event.key === "Enter") open(found[chosen]);
    else if (event.key === "Escape") { setOpen(false); (event.target as HTMLElement).blur(); }
    else return;
    event.preventDefault();
  };

  return (
    <div class="search">
      <Icon name="search" />
      <input id="search" type="text" role="combobox" aria-label="Find a twin" placeholder="Find a twin" autocomplete="off" spellcheck={false}
        aria-expanded={found.length > 0} aria-controls="search-list" aria-autocomplete="list"
        aria-activedescendant={found.length > 0 ? `search-${chosen}` : undefined} value={words}
        onInput={(event) => { setWords(event.currentTarget.value); setChosen(0); setOpen(true); }}
        onFocus={() => setOpen(true)} onBlur={() => setOpen(false)} onKeyDown={onKey} />
      <kbd aria-hidden="true">/</kbd>
      <ul id="search-list" role="listbox" aria-label="Twins found" hidden={found.length === 0}>
        {found.map((twin, i) => (
          <li key={twin} id={`search-${i}`} role="option" aria-selected={i === chosen}
            onMouseDown={(event) => { event.preventDefault(); open(twin); }}>
            <Mark sign={fleet.severity(twin)} />
            <span class="grow">{fleet.ids[twin]}</span>
            <span class="soft">{modelTitle(fleet.models[twin] as string)}</span>
          </li>
        ))}
      </ul>
      {isOpen && words.trim() !== "" && found.length === 0 && <p class="search-none" role="status">No twin matches</p>}
    </div>
  );
}
