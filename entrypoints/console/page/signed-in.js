// Ends the window in which somebody has signed in while a page of the console waits.

const CLOSE_MS = 100;

new BroadcastChannel("modelbook.session").postMessage("changed");
setTimeout(() => window.close(), CLOSE_MS);
