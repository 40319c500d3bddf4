// A question that is spoken, where the browser understands speech and the server's setting speech allows it.
import { announce } from "./answer.js";
import { readQuestion, write } from "./composer.js";
import { text } from "./messages.js";
import { notify } from "./notice.js";

const Recognition = window.SpeechRecognition ?? window.webkitSpeechRecognition, language = navigator.language;
const button = document.getElementById("speak"), hint = document.getElementById("sound");

// Some browsers understand speech by themselves, and then nothing leaves the device.
async function staysHere() {
  const wanted = { langs: [language], processLocally: true };
  return "processLocally" in Recognition.prototype && await Recognition.available?.(wanted).catch(() => "") === "available";
}

async function enable() {
  const isLocal = await staysHere();
  let listening = null;
  const showState = (state) => {
    listening = state;
    button.textContent = text(state ? "speech.stop" : "speech.speak");
    button.setAttribute("aria-pressed", Boolean(state));
  };
  button.addEventListener("click", () => {
    if (listening) return listening.stop();
    const recognition = new Recognition(), before = readQuestion();
    Object.assign(recognition, { lang: language, interimResults: true, ...(isLocal && { processLocally: true }) });
    recognition.addEventListener("result", ({ results }) => write([before, ...[...results].map(([best]) => best.transcript.trim())].filter(Boolean).join(" ")));
    recognition.addEventListener("error", ({ error }) => error !== "aborted" && notify(text("speech.not_heard"), { failed: true }));
    recognition.addEventListener("end", () => { showState(null); document.getElementById("q").focus(); });
    showState(recognition);
    announce(text("speech.listening"));
    return recognition.start();
  });
  showState(null);
  hint.textContent = text(isLocal ? "speech.sound_stays" : "speech.sound");
  button.hidden = hint.hidden = false;
}

if (Recognition) enable();
