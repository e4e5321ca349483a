// Files that are dropped anywhere on the page: whoever misses the field by a finger would lose the page to the file.

import { useEffect, useRef, useState } from "preact/hooks";

/** Hands over what is dropped, and says whether files are held over the page just now. */
export function useDrop(onFiles: (files: File[]) => void): boolean {
  const [above, setAbove] = useState(false);
  const latest = useRef(onFiles);
  latest.current = onFiles;
  useEffect(() => {
    const held = ({ dataTransfer }: DragEvent): boolean => dataTransfer?.types.includes("Files") ?? false;
    const over = (event: DragEvent): void => {
      if (!held(event)) return;
      event.preventDefault();
      setAbove(true);
    };
    const leave = (event: DragEvent): void => {
      if (event.relatedTarget === null) setAbove(false);
    };
    const drop = (event: DragEvent): void => {
      if (!held(event)) return;
      event.preventDefault();
      setAbove(false);
      latest.current([...(event.dataTransfer?.files ?? [])]);
    };
    document.addEventListener("dragover", over);
    document.addEventListener("dragleave", leave);
    document.addEventListener("drop", drop);
    return () => {
      document.removeEventListener("dragover", over);
      document.removeEventListener("dragleave", leave);
      document.removeEventListener("drop", drop);
    };
  }, []);
  return above;
}
