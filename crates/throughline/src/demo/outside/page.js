// Shows what arrives, without a reload. A mail that somebody is answering is left alone: then the page only says
// that there is something new.

const main = document.querySelector('main[data-age]');
const texts = document.getElementById('texts');

function toTheEnd() {
  if (texts) texts.scrollTop = texts.scrollHeight;
}

function isBeingAnswered(mails) {
  return [...mails.querySelectorAll('textarea')].some((area) => area.value || area === document.activeElement);
}

async function show(age) {
  const fresh = new DOMParser().parseFromString(await (await fetch(location.href)).text(), 'text/html');
  texts.replaceChildren(...fresh.getElementById('texts').childNodes);
  toTheEnd();
  const mails = document.getElementById('mails');
  const news = document.getElementById('news');
  if (isBeingAnswered(mails)) {
    news.textContent = 'Something new arrived. It is shown when the page is loaded again.';
  } else {
    mails.replaceChildren(...fresh.getElementById('mails').childNodes);
    news.textContent = '';
  }
  main.dataset.age = age;
}

async function watch() {
  for (;;) {
    try {
      const { age } = await (await fetch(`/age?after=${main.dataset.age}`)).json();
      if (String(age) !== main.dataset.age) await show(age);
    } catch {
      // The demo was stopped, perhaps to be started again.
      await new Promise((resolve) => setTimeout(resolve, 3000));
    }
  }
}

if (main) {
  toTheEnd();
  watch();
}
