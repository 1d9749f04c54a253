/** Runs in the head, before the first paint, so that the page never flashes the other theme. */
import { applyTheme } from "./stores/theme";

applyTheme();
