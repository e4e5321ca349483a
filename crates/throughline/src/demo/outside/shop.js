// What the shop does with the chat. Calls made before it is there wait in a queue.
window.throughline ??= (...words) => {
  (window.throughline.q ??= []).push(words);
};

for (const button of document.querySelectorAll("[data-ask]")) {
  button.addEventListener("click", () => window.throughline("open"));
}
