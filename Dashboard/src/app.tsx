import { insert } from "rx";

const app = document.querySelector("#app");
if (app) insert(app, <h1 class="p-4">pulse</h1>);
