// What a twin's device was told to do, as the twin is read and as rows tell of what moved since.
import type { Command } from "./types";

/** Newest first. Of two that say the same command, the later state counts; what a row does not say is taken from the other. */
export function laidOver(known: readonly Command[], news: readonly Command[]): readonly Command[] {
  const byId = new Map(known.map((command) => [command.id, command]));
  for (const command of news) {
    const old = byId.get(command.id);
    const isLater = old === undefined || command.at >= old.at;
    byId.set(command.id, { ...(isLater ? command : old), args: command.args ?? old?.args ?? null });
  }
  return [...byId.values()].sort((a, b) => b.id - a.id);
}

/** The twin was read: what it does not know any more is gone, but what came by a row meanwhile may be newer than the reading. */
export function readAnew(known: readonly Command[], read: readonly Command[]): readonly Command[] {
  const newest = Math.max(0, ...read.map(({ id }) => id));
  return laidOver(read, known.filter(({ id }) => id > newest || read.some((one) => one.id === id)));
}

export function isOpen(command: Command): boolean {
  return command.state === "queued" || command.state === "sent";
}
