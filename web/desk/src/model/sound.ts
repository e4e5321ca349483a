// What offers sound like: two short notes, made by the browser itself.

import { taste } from "./taste.ts";

const NOTES_HZ = [659, 880];
const NOTE_S = 0.16;
const LOUDNESS = 0.12;

let audio: AudioContext | null = null;

/** A browser plays nothing before somebody has clicked or typed on the page; then it is silent, and no harm is done. */
export function chime(): void {
  if (!taste.get().sound || !("AudioContext" in window)) return;
  audio ??= new AudioContext();
  audio.resume().catch(() => undefined);
  for (const [at, hz] of NOTES_HZ.entries()) {
    const from = audio.currentTime + at * NOTE_S;
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = hz;
    volume.gain.setValueAtTime(LOUDNESS, from);
    volume.gain.exponentialRampToValueAtTime(0.001, from + NOTE_S * 2);
    tone.connect(volume).connect(audio.destination);
    tone.start(from);
    tone.stop(from + NOTE_S * 2);
  }
}
