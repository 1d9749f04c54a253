/** What a viewer has chosen and this browser remembers, where it may: storage can be forbidden. */

/** What is remembered under a name; null for nothing. */
export function stored(name: string): string | null {
  try {
    return localStorage.getItem(keyOf(name));
  } catch {
    return null;
  }
}

/** Remembers a choice, or forgets it; whether that could be done. */
export function store(name: string, choice: string | null): boolean {
  try {
    if (choice === null) localStorage.removeItem(keyOf(name));
    else localStorage.setItem(keyOf(name), choice);
    return true;
  } catch {
    return false;
  }
}

const keyOf = (name: string): string => `pulse.${name}`;
