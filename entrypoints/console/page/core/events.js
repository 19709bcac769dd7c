// Reads server-sent events from a response (WHATWG HTML, section 9.2). EventSource cannot send a token in a header.

// Everything that is sent, also signs of life and ids that come without data.
export async function* messages(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const blocks = (rest + value).split(/\r?\n\r?\n/);
      rest = blocks.pop();
      yield* blocks.map(parsed);
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

export async function* events(response) {
  for await (const message of messages(response)) {
    if (message.data !== "") yield message;
  }
}

function parsed(block) {
  const event = { name: "message", data: "", id: null };
  const data = [];
  for (const line of block.split(/\r?\n/)) {
    const [field, ...parts] = line.split(":");
    const value = parts.join(":").replace(/^ /, "");
    if (field === "data") data.push(value);
    if (field === "event") event.name = value;
    if (field === "id") event.id = value;
  }
  return { ...event, data: data.join("\n") };
}
