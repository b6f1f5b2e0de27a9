/* The floor: the least a server can do that passes words on over WebSockets. One process, epoll, and one send() for each
 * delivery of the same bytes to everybody in the room, which is the path of the URL. It keeps nothing, orders nothing,
 * knows nobody, and ends a connection that does not take a whole frame at once.
 *
 * Prints "port N" when it listens (on loopback, a port that was free). Ends with a signal. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PEERS_MOST = 65536, ROOMS_MOST = 16384, BUFFER = 8192, MEMBERS_FIRST = 16 };

struct peer {
    int fd, room, place, used;
    unsigned char *buffer; /* what is not yet a whole head or frame */
};
struct room {
    char path[128];
    struct peer **members;
    int count, space;
};

static struct peer *peers[PEERS_MOST];
static struct room rooms[ROOMS_MOST];

static uint32_t turn(uint32_t word, int by) { return word << by | word >> (32 - by); }

/* SHA-1 of at most 119 bytes (FIPS 180-4); a handshake needs 60. */
static void sha1(const unsigned char *text, size_t size, unsigned char out[20]) {
    unsigned char block[128] = {0};
    uint32_t h[5] = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
    size_t whole = size + 9 > 64 ? 128 : 64;
    memcpy(block, text, size);
    block[size] = 0x80;
    for (int i = 0; i < 8; i++) block[whole - 1 - i] = (unsigned char)((uint64_t)size * 8 >> 8 * i);
    for (size_t at = 0; at < whole; at += 64) {
        uint32_t w[80], a = h[0], b = h[1], c = h[2], d = h[3], e = h[4];
        for (int i = 0; i < 16; i++) {
            const unsigned char *p = block + at + 4 * i;
            w[i] = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
        }
        for (int i = 16; i < 80; i++) w[i] = turn(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
        for (int i = 0; i < 80; i++) {
            uint32_t f = i < 20   ? (b & c) | (~b & d)
                         : i < 40 ? b ^ c ^ d
                         : i < 60 ? (b & c) | (b & d) | (c & d)
                                  : b ^ c ^ d;
            uint32_t k = i < 20 ? 0x5A827999 : i < 40 ? 0x6ED9EBA1 : i < 60 ? 0x8F1BBCDC : 0xCA62C1D6;
            uint32_t next = turn(a, 5) + f + e + k + w[i];
            e = d, d = c, c = turn(b, 30), b = a, a = next;
        }
        h[0] += a, h[1] += b, h[2] += c, h[3] += d, h[4] += e;
    }
    for (int i = 0; i < 20; i++) out[i] = (unsigned char)(h[i / 4] >> (24 - 8 * (i % 4)));
}

static void base64(const unsigned char *in, int size, char *out) {
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (int i = 0; i < size; i += 3) {
        uint32_t three = (uint32_t)in[i] << 16 | (i + 1 < size ? in[i + 1] << 8 : 0) | (i + 2 < size ? in[i + 2] : 0);
        *out++ = letters[three >> 18];
        *out++ = letters[three >> 12 & 63];
        *out++ = i + 1 < size ? letters[three >> 6 & 63] : '=';
        *out++ = i + 2 < size ? letters[three & 63] : '=';
    }
    *out = 0;
}

static int room_of(const char *path) {
    uint32_t hash = 2166136261u;
    for (const char *p = path; *p; p++) hash = (hash ^ (unsigned char)*p) * 16777619u;
    for (int tried = 0; tried < ROOMS_MOST; tried++) {
        int i = (int)((hash + tried) % ROOMS_MOST);
        if (!rooms[i].path[0]) strcpy(rooms[i].path, path);
        if (!strcmp(rooms[i].path, path)) return i;
    }
    return -1;
}

static void leave(struct peer *peer) {
    if (peer->room >= 0) {
        struct room *room = &rooms[peer->room];
        room->members[peer->place] = room->members[--room->count];
        room->members[peer->place]->place = peer->place;
    }
    close(peer->fd);
    peers[peer->fd] = NULL;
    free(peer->buffer);
    free(peer);
}

/* Answer the upgrade once its head is whole. Returns 0 while it is not, -1 where it is none, else its size. */
static int greet(struct peer *peer) {
    static const char magic[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    char path[128], joined[128], accept[32], answer[256];
    unsigned char digest[20];
    peer->buffer[peer->used] = 0;
    char *text = (char *)peer->buffer, *end = strstr(text, "\r\n\r\n");
    if (!end) return peer->used == BUFFER - 1 ? -1 : 0;
    char *key = strcasestr(text, "\r\nSec-WebSocket-Key:");
    if (sscanf(text, "GET %127s HTTP/1.1", path) != 1 || !key || key > end) return -1;
    key += 20;
    key += strspn(key, " ");
    size_t size = strcspn(key, " \r");
    if (size > 40) return -1;
    int joined_size = sprintf(joined, "%.*s%s", (int)size, key, magic);
    sha1((unsigned char *)joined, (size_t)joined_size, digest);
    base64(digest, 20, accept);
    if ((peer->room = room_of(path)) < 0) return -1;
    struct room *room = &rooms[peer->room];
    if (room->count == room->space) {
        room->space = room->space ? 2 * room->space : MEMBERS_FIRST;
        room->members = realloc(room->members, sizeof(struct peer *) * (size_t)room->space);
        if (!room->members) exit(1);
    }
    peer->place = room->count;
    room->members[room->count++] = peer;
    int length = sprintf(answer,
                         "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                         "Sec-WebSocket-Accept: %s\r\n\r\n",
                         accept);
    if (send(peer->fd, answer, (size_t)length, MSG_NOSIGNAL) != length) return -1;
    return (int)(end + 4 - text);
}

/* Pass the first whole frame on. Returns 0 while there is none, -1 where the peer leaves or errs, else its size. */
static int pass_on(struct peer *peer) {
    unsigned char *in = peer->buffer, out[BUFFER + 4];
    if (peer->used < 6) return 0;
    size_t size = in[1] & 127, head = 2, made = 0;
    if (size == 126) size = (size_t)in[2] << 8 | in[3], head = 4;
    if (size + head + 4 > BUFFER - 1 || in[0] != 0x81 || !(in[1] & 128)) return -1;
    if ((size_t)peer->used < head + 4 + size) return 0;
    unsigned char *mask = in + head, *body = mask + 4;
    out[made++] = 0x81;
    if (size < 126) {
        out[made++] = (unsigned char)size;
    } else {
        out[made++] = 126;
        out[made++] = (unsigned char)(size >> 8);
        out[made++] = (unsigned char)size;
    }
    for (size_t i = 0; i < size; i++) out[made++] = body[i] ^ mask[i & 3];
    struct room *room = &rooms[peer->room];
    for (int i = 0; i < room->count; i++) {
        int fd = room->members[i]->fd;
        if (send(fd, out, made, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)made) shutdown(fd, SHUT_RDWR);
    }
    return (int)(head + 4 + size);
}

static void readable(struct peer *peer) {
    ssize_t got = recv(peer->fd, peer->buffer + peer->used, (size_t)(BUFFER - 1 - peer->used), MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
        leave(peer);
        return;
    }
    peer->used += (int)got;
    int done;
    while ((done = peer->room < 0 ? greet(peer) : pass_on(peer)) > 0) {
        peer->used -= done;
        memmove(peer->buffer, peer->buffer + done, (size_t)peer->used);
    }
    if (done < 0) leave(peer);
}

int main(void) {
    struct sockaddr_in where = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof where;
    int listening = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), poll = epoll_create1(0), one = 1;
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listening}, events[1024];
    if (listening < 0 || poll < 0 || bind(listening, (struct sockaddr *)&where, size) || listen(listening, 4096) ||
        getsockname(listening, (struct sockaddr *)&where, &size) || epoll_ctl(poll, EPOLL_CTL_ADD, listening, &event)) {
        perror("floor");
        return 1;
    }
    printf("port %d\n", ntohs(where.sin_port));
    fflush(stdout);
    for (;;) {
        int count = epoll_wait(poll, events, 1024, -1);
        for (int i = 0; i < count; i++) {
            int fd = events[i].data.fd;
            if (fd != listening) {
                if (peers[fd]) readable(peers[fd]);
                continue;
            }
            while ((fd = accept4(listening, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
                struct peer *peer = fd < PEERS_MOST ? calloc(1, sizeof *peer) : NULL;
                if (!peer || !(peer->buffer = malloc(BUFFER))) return 1;
                peer->fd = fd;
                peer->room = -1;
                setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
                event = (struct epoll_event){.events = EPOLLIN, .data.fd = fd};
                epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event);
                peers[fd] = peer;
            }
        }
    }
}
