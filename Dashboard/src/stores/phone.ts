/** Whether the window is as narrow as a phone's: rows have two lines, the drawer is the page. */
import { signal } from "rx";

/** Paper may be as narrow, and shows the page as the screen has it. */
const narrow = matchMedia("screen and (max-width: 767px)");
const [isPhone, setPhone] = signal(narrow.matches);
narrow.addEventListener("change", () => setPhone(narrow.matches));

export { isPhone };
