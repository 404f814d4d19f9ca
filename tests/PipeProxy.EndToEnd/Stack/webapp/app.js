'use strict';
// A small application behind the proxy. Every answer names the container in `X-Container`.
// KIND says what it does on SIGTERM: `exits` at once, `ignores` it, `drains` (finishes what is under way).

const crypto = require('node:crypto');
const http = require('node:http');
const os = require('node:os');

const container = process.env.NAME || os.hostname();
const kind = process.env.KIND || 'exits';
let users = 0;
let visits = 0;

// 65521 is prime: a block that is lost, doubled or swapped shows, wherever it lies.
const pattern = Buffer.alloc(65521);
for (let i = 0; i < pattern.length; i++) pattern[i] = (i * 31 + (i >> 8)) & 255;

const after = (ms, action) => setTimeout(action, ms);
const line = (text) => `${text} of container ${container}\n`;

/** Path -> (request, response, number) where number(name, fallback) reads the query. */
const pages = {
  // Answers after 20 to 80 ms; every fifth answer streams for 1 s.
  '/'(request, response) {
    const user = ++users;
    after(20 + Math.random() * 60, () => {
      if (user % 5 !== 0) {
        response.end(line(`user ${user}`));
        return;
      }
      stream(response, 10, 100, (part) => line(`user ${user}, part ${part}`));
    });
  },
  '/fast'(request, response) {
    response.end(line('at once'));
  },
  '/stream'(request, response, number) {
    const seconds = number('seconds', 1);
    stream(response, seconds * 10, 100, (part) => line(`part ${part}`));
  },
  '/sleep'(request, response, number) {
    const ms = number('ms', 100);
    after(ms, () => response.end(line(`slept ${ms} ms`)));
  },
  '/echo'(request, response) {
    if (request.headers['content-length']) response.setHeader('Content-Length', request.headers['content-length']);
    request.pipe(response);
  },
  '/headers'(request, response) {
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({ method: request.method, url: request.url, headers: request.rawHeaders }));
  },
  // One event every `interval` ms, each with its number and the time it was sent.
  '/sse'(request, response, number) {
    response.setHeader('Content-Type', 'text/event-stream');
    stream(response, number('count', 5), number('interval', 200), (part) => `id: ${part}\ndata: ${Date.now()}\n\n`);
  },
  // Says `open`, is silent for so long, says `alive`, ends.
  '/silent-stream'(request, response, number) {
    response.setHeader('Content-Type', 'text/event-stream');
    response.write('data: open\n\n');
    const timer = after(number('seconds', 180) * 1000, () => response.end('data: alive\n\n'));
    response.on('close', () => clearTimeout(timer));
  },
  '/big'(request, response, number) {
    let left = number('bytes', 1 << 20);
    response.setHeader('Content-Length', left);
    const fill = () => {
      while (left > 0) {
        const piece = left < pattern.length ? pattern.subarray(0, left) : pattern;
        left -= piece.length;
        if (!response.write(piece)) {
          response.once('drain', fill);
          return;
        }
      }
      response.end();
    };
    fill();
  },
  '/upload'(request, response) {
    const hash = crypto.createHash('sha256');
    let length = 0;
    request.on('data', (piece) => {
      hash.update(piece);
      length += piece.length;
    });
    request.on('end', () => response.end(JSON.stringify({ length, sha256: hash.digest('hex') })));
  },
  // Answers, then ends the process.
  '/exit'(request, response, number) {
    response.on('close', () => process.exit(number('code', 1)));
    response.setHeader('Connection', 'close');
    response.end(line('leaving'));
  },
  '/visits'(request, response) {
    response.end(JSON.stringify({ container, kind, users, visits }));
  },
};

/** Writes `count` parts, the first at once, then one every `ms`, and ends with the last of them. */
function stream(response, count, ms, part) {
  let sent = 0;
  const next = () => {
    response.write(part(++sent));
    if (sent >= count) {
      clearInterval(timer);
      response.end();
    }
  };
  const timer = setInterval(next, ms);
  response.on('close', () => clearInterval(timer));
  next();
}

const server = http.createServer((request, response) => {
  visits++;
  const url = new URL(request.url, 'http://webapp');
  response.setHeader('X-Container', container);
  // Node announces 5 s; up to 20.18 it closes then, later ones wait a second longer. As the former, whichever runs:
  // this comes after node's own handler of the event, which sets the longer time.
  response.on('finish', () => request.socket.setTimeout(server.keepAliveTimeout));
  const page = pages[url.pathname];
  if (!page) {
    response.statusCode = 404;
    response.end(line('no such page'));
    return;
  }
  page(request, response, (name, fallback) => Number(url.searchParams.get(name) ?? fallback));
});

// WebSocket echo, RFC 6455, without a library: frames come back as they are, unmasked.
const sockets = new Set();
server.on('upgrade', (request, socket, head) => {
  const key = request.headers['sec-websocket-key'];
  if (!key || !request.url.startsWith('/ws')) {
    socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    return;
  }
  const accept = crypto.createHash('sha1').update(key + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11').digest('base64');
  socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
    `Sec-WebSocket-Accept: ${accept}\r\nX-Container: ${container}\r\n\r\n`);
  socket.setNoDelay(true);
  socket.setTimeout(0);
  sockets.add(socket);
  let buffer = head;
  const read = () => {
    for (;;) {
      const frame = readFrame(buffer);
      if (!frame) return;
      buffer = buffer.subarray(frame.size);
      if (frame.opcode === 0x9) {
        socket.write(writeFrame(0x8a, frame.payload));
      } else if (frame.opcode === 0x8) {
        socket.end(writeFrame(0x88, frame.payload));
        return;
      } else {
        socket.write(writeFrame(frame.first, frame.payload));
      }
    }
  };
  socket.on('data', (piece) => {
    buffer = buffer.length === 0 ? piece : Buffer.concat([buffer, piece]);
    read();
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => sockets.delete(socket));
  read();
});

function readFrame(buffer) {
  if (buffer.length < 2) return null;
  const masked = (buffer[1] & 0x80) !== 0;
  let length = buffer[1] & 0x7f;
  let at = 2;
  if (length === 126) {
    if (buffer.length < 4) return null;
    length = buffer.readUInt16BE(2);
    at = 4;
  } else if (length === 127) {
    if (buffer.length < 10) return null;
    length = Number(buffer.readBigUInt64BE(2));
    at = 10;
  }
  const size = at + (masked ? 4 : 0) + length;
  if (buffer.length < size) return null;
  const payload = Buffer.from(buffer.subarray(size - length, size));
  if (masked) for (let i = 0; i < length; i++) payload[i] ^= buffer[at + (i & 3)];
  return { first: buffer[0], opcode: buffer[0] & 0x0f, payload, size };
}

function writeFrame(first, payload) {
  let head;
  if (payload.length < 126) {
    head = Buffer.from([first, payload.length]);
  } else if (payload.length < 65536) {
    head = Buffer.alloc(4);
    head[1] = 126;
    head.writeUInt16BE(payload.length, 2);
  } else {
    head = Buffer.alloc(10);
    head[1] = 127;
    head.writeBigUInt64BE(BigInt(payload.length), 2);
  }
  head[0] = first;
  return Buffer.concat([head, payload]);
}

process.on('SIGTERM', () => {
  if (kind === 'exits') process.exit(0);
  if (kind !== 'drains') return;
  server.close(() => process.exit(0));
  server.closeIdleConnections();
  for (const socket of sockets) socket.end(writeFrame(0x88, Buffer.from([0x03, 0xe9])));
});

const port = Number(process.env.PORT || 3000);
server.listen(port, () => console.log(`${kind} ${container} listening on ${port}`));
