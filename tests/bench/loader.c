/* The load: many WebSocket clients in one process. They connect, say what they were told to say, post, count and check
 * every frame that comes back, and stamp times.
 *
 *   loader PORT PLAN IN_FLIGHT POSTERS BODY WARM_MS RUN_MS [PID …]
 *
 * PLAN is a file of lines with fields divided by tabs (lists inside a field by 0x1f):
 *   C  room  path  headers  frames  [port]   one client, and the text frames it sends once the socket is open
 *   S, F  as C      one that then never reads again (S), or sends pings and comes back when it is closed (F); not counted
 *                   among those in the room
 *   P  room  text  [place]   what posts in this room look like; @REF@, @KEY@ and @BODY@ are filled in
 *   R  text                  a client is ready when a frame with this text has come (none: at once)
 *   A, H  beginning  text    answer a frame that begins so (A) or has this in it (H); @PLACE@ is the room's place, @ME@
 *                            the client's number
 *   E  room  seq  count      clients hold everything up to seq, and are ready only when they have got so many more posts
 *                            that say ~m<room>.<0 to count - 1>.
 *   O  at_once | rate | pings | patience  number   connections opening at once (64); posts a second over all rooms, at
 *                            random times (0: each room keeps IN_FLIGHT posts in flight); pings a second of each F;
 *                            seconds without a frame after which the server counts as stalled (10)
 * A post is done when everybody in its room has it. Its time begins when it was due, not when it could be sent.
 * RUN_MS 0: post nothing, and end when standard input does. PIDs are the server's processes; their processor time is
 * read at all marks. Prints "ready {…}" and "done {…}". */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { ROOMS_MOST = 16384, ANSWERS_MOST = 8, PIDS_MOST = 64, RING = 512, CHUNK = 1 << 20, FINE = 64, BUCKETS = 64 * FINE };
static const int64_t SECOND = 1000000000, CONNECT_WITHIN = 300, FLOOD_EVERY = 10000000;

enum state { WAITING, CONNECTING, GREETING, OPEN, GONE };
enum kind { READER, STALLED, FLOODER };
enum distance { NEAR, FAR };
struct client {
    int fd, room, port;
    enum kind kind;
    enum state state;
    int ready, answered, missed; /* posts that came while it was away, and that it has got by now */
    char *path, *headers, *frames;
    unsigned char *kept; /* what is not yet a whole head or frame */
    size_t kept_size;
    int64_t seq;
    uint64_t order, heard;
};
struct room {
    char *post, *place;
    struct client **members;
    int count, turn, missed, left[RING], port[RING];
    int64_t posted, done, seq, at[RING];
};
struct mark {
    int64_t at;
    uint64_t frames, bytes, posts;
    double server, self, each[PIDS_MOST]; /* seconds of processor time: all of the server, this program, each process */
};

static struct client *clients;
static struct room rooms[ROOMS_MOST];
static char *beginnings[ANSWERS_MOST], *answers[ANSWERS_MOST], *ready_text;
static int anywhere[ANSWERS_MOST], client_count, room_count, answer_count, opening, ready_count, next_client;
static int poll_fd, post_timer, flood_timer, port, pid_count, *pids;
static int in_flight, posters, body_size, posting, run_ms, at_once = 64, rate, pings, patience = 10;
static uint64_t frames, bytes, posts, gaps, doubles, strange, refused, closed, overrun, shut_out, random_state;
static uint64_t histogram[2][BUCKETS], timed[2]; /* by distance: whether it has it from the process that was posted to */
static int64_t last_heard, latency_from, due;
static unsigned run; /* is in every post: those that other runs left in the same rooms are not ours */
static unsigned char chunk[CHUNK + 1];

static int64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * SECOND + t.tv_nsec;
}

static void fail(const char *form, ...) {
    va_list values;
    va_start(values, form);
    fputs("loader: ", stderr);
    vfprintf(stderr, form, values);
    fputc('\n', stderr);
    exit(1);
}

static void *space(void *before, size_t size) {
    void *made = realloc(before, size);
    if (!made) fail("no memory");
    return made;
}

static uint64_t chance(void) { /* xorshift64*; keys have to differ, not to be secret */
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return random_state * 2685821657736338717u;
}

/* --- sending */

static void send_all(struct client *client, const void *data, size_t size) {
    if (send(client->fd, data, size, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)size)
        fail("a client could not send: %s", strerror(errno));
}

static void send_frame(struct client *client, int opcode, const char *text, size_t size) {
    unsigned char out[16384], mask[4];
    uint64_t word = chance();
    size_t head = 2;
    if (size > sizeof out - 16) fail("a frame is too long");
    out[0] = (unsigned char)(0x80 | opcode);
    if (size < 126) {
        out[1] = (unsigned char)(0x80 | size);
    } else {
        out[1] = 0x80 | 126;
        out[2] = (unsigned char)(size >> 8);
        out[3] = (unsigned char)size;
        head = 4;
    }
    memcpy(mask, &word, 4);
    memcpy(out + head, mask, 4);
    head += 4;
    for (size_t i = 0; i < size; i++) out[head + i] = (unsigned char)text[i] ^ mask[i & 3];
    send_all(client, out, head + size);
}

static void post(int number, int64_t at) {
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    struct room *room = &rooms[number];
    struct client *client = room->members[room->turn];
    char text[8192], *out = text;
    for (const char *p = room->post; *p;) {
        if (!strncmp(p, "@REF@", 5)) {
            out += sprintf(out, "%d", (int)(room->posted % 1000000 + 100));
            p += 5;
        } else if (!strncmp(p, "@KEY@", 5)) {
            for (int i = 0; i < 22; i++) *out++ = letters[chance() >> 58];
            p += 5;
        } else if (!strncmp(p, "@BODY@", 6)) {
            int size = sprintf(out, "~b%d.%lld.%u.", number, (long long)room->posted, run);
            for (; size < body_size; size++) out[size] = "we sit and listen "[size % 17];
            out[size - 1] = '.'; /* no blank at the end: servers may trim it */
            out += size;
            p += 6;
        } else {
            *out++ = *p++;
        }
    }
    int slot = (int)(room->posted % RING);
    room->left[slot] = room->count;
    room->at[slot] = at;
    room->port[slot] = client->port;
    room->posted++;
    room->turn = (room->turn + 1) % (posters < room->count ? posters : room->count);
    posts++;
    send_frame(client, 1, text, (size_t)(out - text));
}

static void keep_posting(int number) {
    struct room *room = &rooms[number];
    while (posting && !rate && room->posted - room->done < in_flight) post(number, now());
}

static void wake_at(int timer, int64_t at) {
    struct itimerspec when = {.it_value = {.tv_sec = at / SECOND, .tv_nsec = at % SECOND}};
    timerfd_settime(timer, TFD_TIMER_ABSTIME, &when, NULL);
}

/* Post all that is due, each in a room chosen by chance. A room that is hopelessly behind is passed over and counted. */
static void post_due(void) {
    uint64_t times;
    if (read(post_timer, &times, sizeof times) < 0 && errno != EAGAIN) fail("no timer");
    for (int64_t at = now(); posting && rate && due <= at;) {
        int number = (int)(chance() >> 33) % room_count;
        if (rooms[number].posted - rooms[number].done < RING / 2) post(number, due);
        else overrun++;
        due += (int64_t)(-log(((double)(chance() >> 11) + 1) / 9007199254740993.0) * (double)SECOND / rate);
    }
    if (posting && rate) wake_at(post_timer, due);
}

static void start_again(struct client *client);

/* Every flooder says what falls to this hundredth of a second. */
static void flood(void) {
    static unsigned char many[6 * 4096];
    uint64_t times;
    size_t size = (size_t)(pings * FLOOD_EVERY / SECOND) * 6;
    if (read(flood_timer, &times, sizeof times) < 0) return;
    for (size_t i = 0; i < size; i += 6) memcpy(many + i, "\x89\x80\1\2\3\4", 6);
    for (int i = 0; i < client_count; i++) {
        struct client *client = &clients[i];
        if (client->kind != FLOODER) continue;
        if (client->state == GONE) client->state = WAITING, start_again(client);
        else if (client->state == OPEN && send(client->fd, many, size, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)size)
            shutdown(client->fd, SHUT_RDWR); /* half a frame has gone out */
    }
    wake_at(flood_timer, now() + FLOOD_EVERY);
}

/* --- receiving */

static void ready(struct client *client) {
    if (client->ready || !client->answered || client->missed < rooms[client->room].missed) return;
    client->ready = 1;
    ready_count++;
    if (client->kind == STALLED) epoll_ctl(poll_fd, EPOLL_CTL_DEL, client->fd, NULL);
}

static void delivered(struct client *client, const char *text, const char *mark, int64_t at) {
    char *end;
    long number = strtol(mark + 2, &end, 10);
    int64_t which = *end == '.' ? strtoll(end + 1, &end, 10) : -1;
    if (client->kind != READER) return;
    if (mark[1] == 'b' && *end == '.' && strtoul(end + 1, NULL, 10) != run) return;
    if (mark[1] == 'm' && !rooms[client->room].missed) return; /* read again with the first page */
    if (mark[1] == 'm') { /* posted while it was away */
        if (number != client->room || which < 0 || which >= rooms[number].missed) {
            strange++;
            return;
        }
        if (which < client->missed) doubles++;
        if (which > client->missed) gaps++;
        client->missed = (int)which + 1;
        frames++;
    } else if (number != client->room || which < 0 || which >= rooms[number].posted) {
        strange++;
        return;
    }
    struct room *room = &rooms[number];
    const char *seq = strstr(text, "\"seq\":");
    if (seq && seq < mark) {
        int64_t said = strtoll(seq + 6, NULL, 10);
        if (client->seq && said <= client->seq) doubles++;
        if (client->seq && said > client->seq + 1) gaps++;
        client->seq = said;
    }
    if (mark[1] == 'm') {
        ready(client);
        return;
    }
    client->order = client->order * 1099511628211u + (uint64_t)which + 1;
    client->heard++;
    frames++;
    if (latency_from && room->at[which % RING] >= latency_from) {
        uint64_t micros = (uint64_t)(at - room->at[which % RING]) / 1000;
        int power = micros < FINE ? 0 : 58 - __builtin_clzll(micros);
        enum distance distance = client->port == room->port[which % RING] ? NEAR : FAR;
        histogram[distance][power ? power * FINE + (int)(micros >> (power - 1)) - FINE : (int)micros]++;
        timed[distance]++;
    }
    if (--room->left[which % RING] == 0) {
        room->done++;
        keep_posting((int)number);
    }
}

static void answer(struct client *client, const char *form) {
    char text[4096], *out = text;
    for (const char *p = form; *p && out < text + sizeof text - 256;) {
        if (!strncmp(p, "@PLACE@", 7)) {
            out += sprintf(out, "%.200s", rooms[client->room].place);
            p += 7;
        } else if (!strncmp(p, "@ME@", 4)) {
            out += sprintf(out, "%d", (int)(client - clients));
            p += 4;
        } else {
            *out++ = *p++;
        }
    }
    send_frame(client, 1, text, (size_t)(out - text));
}

static void heard(struct client *client, int opcode, char *text, size_t size, int64_t at) {
    char after = text[size];
    text[size] = 0;
    bytes += size;
    if (opcode == 9) {
        send_frame(client, 10, text, size);
    } else if (opcode == 1 || opcode == 2) {
        const char *mark = strchr(text, '~');
        if (mark && (mark[1] == 'b' || mark[1] == 'm')) {
            delivered(client, text, mark, at);
        } else {
            if (!client->answered && ready_text && strstr(text, ready_text)) client->answered = 1, ready(client);
            if (strstr(text, "\"refused\"") && !refused++) fprintf(stderr, "loader: first refusal: %.300s\n", text);
            for (int i = 0; i < answer_count; i++)
                if (anywhere[i] ? strstr(text, beginnings[i]) != NULL
                                : !strncmp(text, beginnings[i], strlen(beginnings[i])))
                    answer(client, answers[i]);
        }
    }
    text[size] = after;
}

static void gone(struct client *client) {
    if (client->state != OPEN && client->kind == READER) fail("a client was not let in");
    if (client->state != OPEN) opening--, shut_out++;
    close(client->fd);
    client->state = GONE;
    client->kept_size = 0;
    closed++;
}

/* Take one whole frame. Returns its size, 0 while it is not whole, -1 for a close frame. */
static int64_t take_frame(struct client *client, unsigned char *data, size_t size, int64_t at) {
    if (size < 2) return 0;
    size_t head = 2, length = data[1] & 127;
    if (length == 126) {
        if (size < 4) return 0;
        length = (size_t)data[2] << 8 | data[3], head = 4;
    } else if (length == 127) {
        if (size < 10) return 0;
        length = 0, head = 10;
        for (int i = 2; i < 10; i++) length = length << 8 | data[i];
    }
    if (size < head + length) return 0;
    if ((data[0] & 15) == 8) return -1;
    heard(client, data[0] & 15, (char *)data + head, length, at);
    return (int64_t)(head + length);
}

static int64_t take_answer(struct client *client, unsigned char *data, size_t size) {
    data[size] = 0;
    char *end = strstr((char *)data, "\r\n\r\n");
    if (!end) return 0;
    if (strncmp((char *)data, "HTTP/1.1 101", 12)) {
        if (client->kind == READER) fail("a client was answered: %.60s", data);
        return -1;
    }
    client->state = OPEN;
    opening--;
    for (char *each = client->frames; *each;) {
        size_t length = strcspn(each, "\x1f");
        send_frame(client, 1, each, length);
        each += length + (each[length] != 0);
    }
    if (!ready_text) client->answered = 1, ready(client);
    return end + 4 - (char *)data;
}

static void readable(struct client *client) {
    memcpy(chunk, client->kept, client->kept_size);
    ssize_t got = recv(client->fd, chunk + client->kept_size, CHUNK - client->kept_size, MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
        gone(client);
        return;
    }
    int64_t at = last_heard = now(), done;
    size_t from = 0, size = client->kept_size + (size_t)got;
    while ((done = client->state == OPEN ? take_frame(client, chunk + from, size - from, at)
                                         : take_answer(client, chunk + from, size - from)) > 0)
        from += (size_t)done;
    if (done < 0) {
        gone(client);
        return;
    }
    if (size - from > client->kept_size) client->kept = space(client->kept, size - from);
    client->kept_size = size - from;
    memcpy(client->kept, chunk + from, client->kept_size);
}

/* --- connecting */

static void start_again(struct client *client) {
    struct sockaddr_in where = {.sin_family = AF_INET, .sin_port = htons((uint16_t)client->port)};
    struct epoll_event event = {.events = EPOLLOUT, .data.ptr = client};
    int one = 1, little = 4096;
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    client->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (client->fd < 0) fail("no socket: %s", strerror(errno));
    setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (client->kind == STALLED) setsockopt(client->fd, SOL_SOCKET, SO_RCVBUF, &little, sizeof little);
    if (connect(client->fd, (struct sockaddr *)&where, sizeof where) && errno != EINPROGRESS)
        fail("no connection: %s", strerror(errno));
    client->state = CONNECTING;
    opening++;
    epoll_ctl(poll_fd, EPOLL_CTL_ADD, client->fd, &event);
}

static void open_more(void) {
    while (opening < at_once && next_client < client_count) start_again(&clients[next_client++]);
}

static void connected(struct client *client) {
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};
    char text[4096];
    int size = snprintf(text, sizeof text,
                        "GET %s HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n",
                        client->path);
    for (char *each = client->headers; *each;) {
        size_t length = strcspn(each, "\x1f");
        size += snprintf(text + size, sizeof text - (size_t)size, "%.*s\r\n", (int)length, each);
        each += length + (each[length] != 0);
    }
    size += snprintf(text + size, sizeof text - (size_t)size, "\r\n");
    if (client->kind == READER) {
        send_all(client, text, (size_t)size);
    } else if (send(client->fd, text, (size_t)size, MSG_NOSIGNAL | MSG_DONTWAIT) != size) {
        gone(client);
        return;
    }
    client->state = GREETING;
    epoll_ctl(poll_fd, EPOLL_CTL_MOD, client->fd, &event);
}

/* Handle what there is, waiting at most so many milliseconds. Returns 0 when standard input has ended. */
static int turn_round(int wait) {
    struct epoll_event events[1024];
    int count = epoll_wait(poll_fd, events, 1024, wait), more = 1;
    for (int i = 0; i < count; i++) {
        struct client *client = events[i].data.ptr;
        if (!client) more = 0;
        else if (events[i].data.ptr == &post_timer) post_due();
        else if (events[i].data.ptr == &flood_timer) flood();
        else if (client->state == CONNECTING) connected(client);
        else if (client->state != GONE) readable(client);
    }
    open_more();
    return more;
}

/* --- the plan, the marks, the result */

static char *field(char **rest) {
    char *found = strsep(rest, "\t");
    return found ? found : "";
}

static void read_plan(const char *name) {
    FILE *file = fopen(name, "r");
    char *line = NULL;
    size_t size = 0;
    if (!file) fail("no plan");
    while (getline(&line, &size, file) > 0) {
        line[strcspn(line, "\n")] = 0;
        char *copy = strdup(line), *rest = copy, *kind = field(&rest);
        if (*kind == 'C' || *kind == 'S' || *kind == 'F') {
            if (client_count % 1024 == 0) clients = space(clients, sizeof *clients * (size_t)(client_count + 1024));
            struct client *client = &clients[client_count++];
            *client = (struct client){.room = atoi(field(&rest))};
            client->kind = *kind == 'C' ? READER : *kind == 'S' ? STALLED : FLOODER;
            client->path = field(&rest);
            client->headers = field(&rest);
            client->frames = field(&rest);
            client->port = atoi(field(&rest));
            if (!client->port) client->port = port;
        } else if (*kind == 'P') {
            int number = atoi(field(&rest));
            if (number < 0 || number >= ROOMS_MOST) fail("too many rooms");
            rooms[number].post = field(&rest);
            rooms[number].place = field(&rest);
            if (number >= room_count) room_count = number + 1;
        } else if (*kind == 'R') {
            ready_text = field(&rest);
        } else if (*kind == 'E') {
            int number = atoi(field(&rest));
            if (number < 0 || number >= ROOMS_MOST) fail("too many rooms");
            rooms[number].seq = strtoll(field(&rest), NULL, 10);
            rooms[number].missed = atoi(field(&rest));
        } else if (*kind == 'O') {
            char *option = field(&rest);
            int value = atoi(field(&rest));
            if (!strcmp(option, "at_once")) at_once = value;
            else if (!strcmp(option, "rate")) rate = value;
            else if (!strcmp(option, "pings")) pings = value;
            else if (!strcmp(option, "patience")) patience = value;
            else fail("no such option: %s", option);
        } else if ((*kind == 'A' || *kind == 'H') && answer_count < ANSWERS_MOST) {
            anywhere[answer_count] = *kind == 'H';
            beginnings[answer_count] = field(&rest);
            answers[answer_count++] = field(&rest);
        } else {
            fail("a line of the plan is not understood");
        }
    }
    fclose(file);
    for (int i = 0; i < client_count; i++) {
        struct room *room = &rooms[clients[i].room];
        clients[i].seq = room->seq;
        if (clients[i].kind != READER) continue;
        if (room->count % 64 == 0) room->members = space(room->members, sizeof(void *) * (size_t)(room->count + 64));
        room->members[room->count++] = &clients[i];
    }
}

static double processor_time(int pid) {
    char name[64], text[1024];
    unsigned long in_program, in_kernel;
    snprintf(name, sizeof name, "/proc/%d/stat", pid);
    int fd = open(name, O_RDONLY);
    ssize_t size = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    if (fd >= 0) close(fd);
    if (size <= 0) fail("a process of the server is gone");
    text[size] = 0;
    char *after = strrchr(text, ')');
    if (!after || sscanf(after + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &in_program, &in_kernel) != 2)
        fail("processor time cannot be read");
    return (double)(in_program + in_kernel) / (double)sysconf(_SC_CLK_TCK);
}

static struct mark take_mark(void) {
    struct mark mark = {.frames = frames, .bytes = bytes, .posts = posts};
    struct rusage used;
    for (int i = 0; i < pid_count; i++) mark.server += mark.each[i] = processor_time(pids[i]);
    getrusage(RUSAGE_SELF, &used);
    mark.self = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
                (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
    mark.at = now();
    return mark;
}

/* In microseconds, over those from one distance, or (BOTH) over all. */
enum { BOTH = 2 };
static double percentile(double part, int distance) {
    uint64_t all = distance == BOTH ? timed[NEAR] + timed[FAR] : timed[distance], seen = 0;
    uint64_t wanted = (uint64_t)((double)all * part);
    for (int i = 0; all && i < BUCKETS; i++) {
        if (distance != FAR) seen += histogram[NEAR][i];
        if (distance != NEAR) seen += histogram[FAR][i];
        if (seen > wanted) {
            int power = i / FINE;
            return power ? (double)((uint64_t)(i % FINE + FINE) << (power - 1)) : (double)i;
        }
    }
    return 0;
}

static void finish(struct mark from, struct mark to, int stalled) {
    uint64_t differing = 0, missing = 0;
    for (int r = 0; r < room_count; r++)
        for (int i = 0; i < rooms[r].count; i++) {
            struct client *client = rooms[r].members[i];
            differing += client->order != rooms[r].members[0]->order;
            int64_t lacks = rooms[r].posted - (int64_t)client->heard;
            if (lacks > 0) missing += (uint64_t)lacks;
            else if (!client->seq) doubles += (uint64_t)-lacks; /* from a server that numbers nothing */
            missing += (uint64_t)(rooms[r].missed > client->missed ? rooms[r].missed - client->missed : 0);
        }
    printf("done {\"seconds\": %.6f, \"frames\": %llu, \"bytes\": %llu, \"posts\": %llu, \"server_cpu\": %.3f, "
           "\"loader_cpu\": %.6f, \"gaps\": %llu, \"doubles\": %llu, \"strange\": %llu, \"refused\": %llu, "
           "\"closed\": %llu, \"missing\": %llu, \"differing\": %llu, \"stalled\": %d, \"overrun\": %llu, "
           "\"shut_out\": %llu",
           (double)(to.at - from.at) / 1e9, (unsigned long long)(to.frames - from.frames),
           (unsigned long long)(to.bytes - from.bytes), (unsigned long long)(to.posts - from.posts),
           to.server - from.server, to.self - from.self, (unsigned long long)gaps, (unsigned long long)doubles,
           (unsigned long long)strange, (unsigned long long)refused, (unsigned long long)closed,
           (unsigned long long)missing, (unsigned long long)differing, stalled, (unsigned long long)overrun,
           (unsigned long long)shut_out);
    static const char *names[] = {"near_", "far_", ""};
    for (int i = NEAR; i <= BOTH; i++)
        printf(", \"%sp50_us\": %.0f, \"%sp99_us\": %.0f, \"%sp999_us\": %.0f", names[i], percentile(0.5, i), names[i],
               percentile(0.99, i), names[i], percentile(0.999, i));
    printf(", \"cpu_each\": [");
    for (int i = 0; i < pid_count; i++) printf("%s%.2f", i ? ", " : "", to.each[i] - from.each[i]);
    puts("]}");
    fflush(stdout);
}

/* Go on until a moment, or until nothing is in flight. Returns 1 where nothing came for too long. */
static int go_on(int64_t until) {
    last_heard = now();
    for (int64_t at; (at = now()) < until;) {
        if (at - last_heard > patience * SECOND || closed) return 1;
        if (!posting) {
            int waiting = 0;
            for (int i = 0; i < room_count; i++) waiting += rooms[i].posted != rooms[i].done;
            if (!waiting) return 0;
        }
        turn_round((int)((until - at) / 1000000) + 1);
    }
    return !posting;
}

static int timer(void *known_by) {
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = known_by};
    int made = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    if (made < 0 || epoll_ctl(poll_fd, EPOLL_CTL_ADD, made, &event)) fail("no timer");
    return made;
}

int main(int count, char **words) {
    if (count < 8) fail("PORT PLAN IN_FLIGHT POSTERS BODY WARM_MS RUN_MS [PID …]");
    port = atoi(words[1]);
    in_flight = atoi(words[3]);
    posters = atoi(words[4]);
    body_size = atoi(words[5]);
    int warm_ms = atoi(words[6]);
    run_ms = atoi(words[7]);
    pid_count = count - 8;
    if (pid_count > PIDS_MOST) fail("too many processes");
    pids = calloc((size_t)pid_count + 1, sizeof *pids);
    for (int i = 0; i < pid_count; i++) pids[i] = atoi(words[8 + i]);
    if (in_flight < 1 || in_flight > RING / 2 || posters < 1 || body_size < 40 || body_size > 4000) fail("out of bounds");
    random_state = (uint64_t)now() | 1;
    run = (unsigned)(chance() >> 44);
    read_plan(words[2]);
    poll_fd = epoll_create1(0);
    post_timer = timer(&post_timer);
    flood_timer = timer(&flood_timer);
    struct mark began_at = take_mark();
    int64_t began = began_at.at;
    if (pings) wake_at(flood_timer, began + FLOOD_EVERY);
    open_more();
    while (ready_count < client_count) {
        if (closed && !pings) fail("the server closed a connection before all were ready");
        if (now() - began > CONNECT_WITHIN * SECOND)
            fail("only %d of %d were ready in time, %d were not let in", ready_count, client_count,
                 client_count - next_client + opening);
        turn_round(100);
    }
    struct mark all_in = take_mark();
    printf("ready {\"clients\": %d, \"seconds\": %.3f, \"server_cpu\": %.3f, \"loader_cpu\": %.6f}\n", client_count,
           (double)(all_in.at - began) / 1e9, all_in.server - began_at.server, all_in.self - began_at.self);
    fflush(stdout);
    if (!run_ms) {
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
        epoll_ctl(poll_fd, EPOLL_CTL_ADD, 0, &event);
        while (turn_round(1000)) continue;
        finish(all_in, take_mark(), 0);
        return closed != 0;
    }
    posting = 1;
    due = now();
    post_due();
    for (int i = 0; i < room_count; i++) keep_posting(i);
    int stalled = go_on(now() + warm_ms * (SECOND / 1000));
    struct mark from = take_mark();
    latency_from = from.at;
    stalled = stalled || go_on(from.at + run_ms * (SECOND / 1000));
    struct mark to = take_mark();
    posting = 0;
    stalled = stalled || go_on(now() + patience * SECOND);
    finish(from, to, stalled);
    return 0;
}
