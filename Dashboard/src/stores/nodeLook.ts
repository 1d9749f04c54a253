/** What the nodes look like: rows, cards, or a map of hundreds. */
import { signal } from "rx";

export const NODE_LOOKS = ["table", "cards", "map"] as const;
export type NodeLook = (typeof NODE_LOOKS)[number];

export const MAP_FIGURES = ["cpu", "mem", "disk"] as const;
export type MapFigure = (typeof MAP_FIGURES)[number];

export const [nodeLook, setNodeLook] = signal<NodeLook>("table");
/** What fills the cells of the map. */
export const [mapFigure, setMapFigure] = signal<MapFigure>("cpu");
