import { expect, test } from "bun:test";
import { fitting, templateOf } from "../src/tables/columns";

const columns = [
  { name: "name", title: "Name", width: 100, grow: 2, yields: 0 },
  { name: "cpu", title: "CPU", width: 50, yields: 0 },
  { name: "disk", title: "Disk", width: 80, yields: 2 },
  { name: "in", title: "In", width: 40, yields: 1 },
];
const names = (room: number): string => fitting(columns, room).map(({ name }) => name).join(" ");

test("all columns stay while there is room, to the pixel", () => {
  expect(names(100 + 50 + 80 + 40 + 3 * 12 + 32)).toBe("name cpu disk in");
  expect(names(100 + 50 + 80 + 40 + 3 * 12 + 31)).toBe("name cpu in");
});

test("what yields goes in its order, and the rest stays whatever the room", () => {
  expect(names(230)).toBe("name cpu");
  expect(names(0)).toBe("name cpu");
});

test("what is left over goes to the columns that grow", () => {
  expect(templateOf(columns.slice(0, 2))).toBe("minmax(100px, 2fr) 50px");
});
