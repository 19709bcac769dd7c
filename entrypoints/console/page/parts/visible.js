// Puts work off until a person can see what it is for. Returns what calls it off.

export function whenVisible(target, work) {
  const observer = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    observer.disconnect();
    work();
  }, { rootMargin: "200px" });
  observer.observe(target);
  return () => observer.disconnect();
}
