export * from "./signals";
export { For, Show, insert } from "./jsx-runtime";
export type { Child, Component } from "./elements";
