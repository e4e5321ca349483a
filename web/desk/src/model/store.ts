export { Store, useStore } from "../../../shared/store.ts";
