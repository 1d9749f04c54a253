/**
 * A screen on a wall, `?kiosk`: nobody presses anything, and nobody reloads it for months. When the
 * server comes back as another version, the page that it was built with is fetched.
 */
import { effect } from "rx";
import { parameter } from "./address";
import { setKeysForNow } from "./keySwitch";
import { connection } from "./session";

const isKiosk = (): boolean => parameter("kiosk") !== null;

export function startKiosk(reload: () => void = () => location.reload()): void {
  if (!isKiosk()) return;
  document.documentElement.dataset["kiosk"] = "";
  setKeysForNow(false);
  let known = "";
  effect(() => {
    const version = connection.version();
    if (known !== "" && version !== known) reload();
    known = version;
  });
}
