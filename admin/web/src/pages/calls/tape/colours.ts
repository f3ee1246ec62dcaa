/** Colours of the page for what is drawn on a canvas, which knows no classes. */

export interface Colours {
  ink: string;
  faint: string;
  line: string;
  caller: string;
  callerSoft: string;
  agent: string;
  agentSoft: string;
  accent: string;
  warn: string;
  warnSoft: string;
  sunken: string;
  surface: string;
}

/** Read them from the styles as they are now: light or dark. */
export function coloursNow(): Colours {
  const styles = getComputedStyle(document.documentElement);
  const of = (name: string) => styles.getPropertyValue(`--${name}`).trim();
  return {
    ink: of("ink"),
    faint: of("faint"),
    line: of("line"),
    caller: of("caller"),
    callerSoft: of("caller-soft"),
    agent: of("agent"),
    agentSoft: of("agent-soft"),
    accent: of("accent"),
    warn: of("warn"),
    warnSoft: of("warn-soft"),
    sunken: of("sunken"),
    surface: of("surface"),
  };
}
