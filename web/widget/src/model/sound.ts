// Two soft notes, made by the browser itself.

export function ring(): void {
  try {
    const audio = new AudioContext();
    [660, 880].forEach((pitch, place) => {
      const at = audio.currentTime + place * 0.12;
      const note = audio.createOscillator();
      const volume = audio.createGain();
      note.frequency.value = pitch;
      volume.gain.setValueAtTime(0, at);
      volume.gain.linearRampToValueAtTime(0.12, at + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.001, at + 0.3);
      note.connect(volume).connect(audio.destination);
      note.start(at);
      note.stop(at + 0.3);
      if (place === 1) note.onended = () => void audio.close();
    });
  } catch {
    // A browser may want to be touched first, or has no sound.
  }
}
