// Runs work once its element scrolls into view. Returns a function that cancels it.

export function whenVisible(target, work) {
  const observer = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    observer.disconnect();
    work();
  }, { rootMargin: "200px" });
  observer.observe(target);
  return () => observer.disconnect();
}
