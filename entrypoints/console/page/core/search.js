// Whether a text holds what is sought, as the service searches: whatever the case, and marks only where they are sought.

const MARKS = /\p{Mark}/gu;

export function holds(text, sought) {
  const wanted = folded(sought);
  const whole = folded(text);
  return whole.includes(wanted) || whole.replace(MARKS, "").includes(wanted);
}

// Upper case first makes one of ß and SS; of the small sigmas only one is left.
const folded = (text) => text.normalize("NFKD").toUpperCase().toLowerCase().replaceAll("ς", "σ").normalize("NFKD");
