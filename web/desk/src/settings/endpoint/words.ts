// The words of an endpoint's page.

import { vocabulary } from "../../words.ts";

const en = {
  about: "What happens to what comes in here. A change counts for the next message.",
  begins: "A conversation that begins here",
  queue: "Waits in the queue",
  queueHint: "As soon as it is for people. What a procedure or a person sets later counts.",
  noQueue: "What belongs nowhere else",
  goneQueue: "A queue that is gone",
  queueGone: "This queue was removed: what it should get goes to the queue for everything else. Choose another one.",
  who: "Who answers",
  agent: "The AI agent may answer what comes in here.",
  agentHint: "If not, people get it at once, and keep it wherever the customer writes next.",
  goTo: "New conversations go to {queue}.",
  goToUrgently: "New conversations go to {queue} with {priority} priority.",
  fallback: "the queue for everything else",
  areTagged: "They are tagged {tags}.",
  agentAnswers: "The AI agent answers first, where there is one.",
  peopleAnswer: "People answer, not the AI agent.",
  saved: "In force for the next message.",
  elsewhere: "Set on the server",
  elsewhereText: "The address, and the credentials behind it, stand in the server's configuration, and count from its next start. The operator's guide says how.",
  place: "Where",
};

type EndpointWords = Record<keyof typeof en, string>;

const de: EndpointWords = {
  about: "Was mit dem geschieht, was hier hereinkommt. Eine Änderung gilt ab der nächsten Nachricht.",
  begins: "Ein Gespräch, das hier beginnt",
  queue: "Wartet in der Warteschlange",
  queueHint: "Sobald es für Menschen ist. Was ein Ablauf oder ein Mensch später setzt, gilt.",
  noQueue: "Was sonst nirgends hingehört",
  goneQueue: "Eine Warteschlange, die es nicht mehr gibt",
  queueGone: "Diese Warteschlange wurde entfernt: Was sie bekommen sollte, geht an die für alles Übrige. Wählen Sie eine andere.",
  who: "Wer antwortet",
  agent: "Der KI-Agent darf beantworten, was hier hereinkommt.",
  agentHint: "Wenn nicht, bekommen es sofort Menschen und behalten es, wo auch immer der Kunde als Nächstes schreibt.",
  goTo: "Neue Gespräche gehen an {queue}.",
  goToUrgently: "Neue Gespräche gehen an {queue}, Priorität {priority}.",
  fallback: "die Warteschlange für alles Übrige",
  areTagged: "Sie bekommen die Schlagwörter {tags}.",
  agentAnswers: "Zuerst antwortet der KI-Agent, wo es einen gibt.",
  peopleAnswer: "Es antworten Menschen, nicht der KI-Agent.",
  saved: "Gilt ab der nächsten Nachricht.",
  elsewhere: "Auf dem Server festgelegt",
  elsewhereText: "Die Adresse und die Zugangsdaten dahinter stehen in der Konfiguration des Servers und gelten ab dessen nächstem Start. Wie, steht in der Anleitung für den Betrieb.",
  place: "Wo",
};

const es: EndpointWords = {
  about: "Qué pasa con lo que entra aquí. Un cambio vale desde el próximo mensaje.",
  begins: "Una conversación que empieza aquí",
  queue: "Espera en la cola",
  queueHint: "En cuanto es para personas. Lo que fije después un procedimiento o una persona es lo que vale.",
  noQueue: "Lo que no es de ninguna otra",
  goneQueue: "Una cola que ya no existe",
  queueGone: "Esta cola se eliminó: lo que debía recibir va a la cola de todo lo demás. Elija otra.",
  who: "Quién responde",
  agent: "El agente de IA puede responder a lo que entra aquí.",
  agentHint: "Si no, lo reciben personas en seguida, y lo conservan dondequiera que escriba después el cliente.",
  goTo: "Las conversaciones nuevas van a {queue}.",
  goToUrgently: "Las conversaciones nuevas van a {queue}, con prioridad {priority}.",
  fallback: "la cola de todo lo demás",
  areTagged: "Llevan las etiquetas {tags}.",
  agentAnswers: "Primero responde el agente de IA, donde lo hay.",
  peopleAnswer: "Responden personas, no el agente de IA.",
  saved: "En vigor desde el próximo mensaje.",
  elsewhere: "Se fija en el servidor",
  elsewhereText: "La dirección, y las credenciales que hay detrás, están en la configuración del servidor y valen desde su próximo arranque. La guía de operación dice cómo.",
  place: "Dónde",
};

export const [n] = vocabulary<keyof EndpointWords>({ en, de, es });
