// Answers lines of JSON with the platform's own package: {"do": "seal" | "open" | "sign", ...} in, one line each out.
const readline = require("readline");
const { encrypt, decrypt, getSignature } = require("@wecom/crypto");

const deeds = {
  seal: ({ key, text, id }) => encrypt(key, text, id),
  open: ({ key, sealed }) => {
    const { message, id } = decrypt(key, sealed);
    return { message, id };
  },
  sign: ({ token, timestamp, nonce, sealed }) => getSignature(token, timestamp, nonce, sealed),
};

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const asked = JSON.parse(line);
  process.stdout.write(JSON.stringify(deeds[asked.do](asked)) + "\n");
});
