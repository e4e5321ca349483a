// Sets the password of whoever holds the secret behind the '#'. It is taken out of the address at once, so that it
// stays neither in the browser's history nor on the screen.
const secret = location.hash.slice(1);
history.replaceState(null, "", location.pathname);

const form = document.getElementById("form");
const first = document.getElementById("first");
const news = document.getElementById("news");
const field = (name) => document.getElementById(name).value;

if (!secret) {
  form.hidden = true;
  news.textContent = "This link is not complete. Open it as it was given to you, or ask for another.";
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (field("password") !== field("again")) {
    news.textContent = "The two passwords differ.";
    return;
  }
  const body = { token: secret, password: field("password") };
  if (!first.hidden) {
    body.email = field("email");
    if (field("name")) body.name = field("name");
  }
  news.textContent = "";
  try {
    const answer = await fetch("/api/v1/invites/accept", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    const said = await answer.json();
    if (answer.ok) {
      form.hidden = true;
      news.textContent = `Done. Log in as ${said.email}.`;
    } else if (said.field === "email" && first.hidden) {
      // Only the very first administrator is asked for an address.
      first.hidden = false;
      document.getElementById("email").required = true;
      document.getElementById("email").focus();
      news.textContent = "You are the first: say who you are.";
    } else {
      news.textContent = said.detail;
    }
  } catch {
    news.textContent = "The server cannot be reached. Try again.";
  }
});
