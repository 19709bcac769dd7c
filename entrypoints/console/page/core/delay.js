// Waits for some milliseconds; returns early, without an error, when a signal aborts.

export function pause(milliseconds, ...signals) {
  return new Promise((resolve) => {
    const done = new AbortController();
    const finish = () => {
      clearTimeout(timer);
      done.abort();
      resolve(undefined);
    };
    const timer = setTimeout(finish, milliseconds);
    for (const signal of signals) {
      if (signal.aborted) finish();
      else signal.addEventListener("abort", finish, { signal: done.signal });
    }
  });
}
