// A peer: rooms with the ws package, compression off. Prints its port.
const { createServer } = require("node:http");
const { WebSocketServer } = require("ws");

const rooms = new Map();
const server = createServer();
const sockets = new WebSocketServer({ server, perMessageDeflate: false });

sockets.on("connection", (socket, request) => {
  if (!rooms.has(request.url)) rooms.set(request.url, new Set());
  const room = rooms.get(request.url);
  room.add(socket);
  socket.on("message", (data) => {
    for (const each of room) each.send(data, { binary: false });
  });
  socket.on("close", () => room.delete(socket));
});
server.listen({ port: 0, host: "127.0.0.1", backlog: 4096 }, () => console.log("port", server.address().port));
