// Answers that are requested while the code that shows them is still on its way: each is taken once, by whoever shows it.

const asked = new Map();

/** @template T @param {string} name @param {() => Promise<T>} ask @returns {Promise<T>} */
export function prefetch(name, ask) {
  const answer = ask();
  // Whoever takes it asks again, and tells what is wrong then.
  answer.catch(() => {});
  asked.set(name, answer);
  return answer;
}

/** @template T @param {string} name @param {() => Promise<T>} ask @returns {Promise<T>} */
export function takePrefetched(name, ask) {
  const answer = asked.get(name);
  asked.delete(name);
  return answer ? answer.catch(ask) : ask();
}
