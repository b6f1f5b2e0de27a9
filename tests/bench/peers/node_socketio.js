// A peer: socket.io's own rooms, over WebSockets only, compression off. Prints its port.
const { createServer } = require("node:http");
const { Server } = require("socket.io");

const server = createServer();
const io = new Server(server, { transports: ["websocket"], perMessageDeflate: false });

io.on("connection", (socket) => {
  const { room } = socket.handshake.query;
  socket.join(room);
  socket.on("post", (post) => io.to(room).emit("post", post));
});
server.listen({ port: 0, host: "127.0.0.1", backlog: 4096 }, () => console.log("port", server.address().port));
