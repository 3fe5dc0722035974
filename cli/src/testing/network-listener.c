// Preloaded by offline.test.ts: refuses whatever would leave the process for another machine, and lists it.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <fcntl.h>

static void list(const char *call, const char *what) {
  const char *file = getenv("NETWORK_LOG");
  int log = file ? open(file, O_WRONLY | O_CREAT | O_APPEND, 0600) : -1;
  if (log < 0) return;
  dprintf(log, "%s %s\n", call, what);
  close(log);
}

static int leaves(const struct sockaddr *address) {
  return address && (address->sa_family == AF_INET || address->sa_family == AF_INET6);
}

int connect(int fd, const struct sockaddr *address, socklen_t length) {
  static int (*real)(int, const struct sockaddr *, socklen_t);
  if (leaves(address)) { list("connect", "inet"); errno = ENETUNREACH; return -1; }
  if (!real) real = dlsym(RTLD_NEXT, "connect");
  return real(fd, address, length);
}

ssize_t sendto(int fd, const void *data, size_t size, int flags, const struct sockaddr *address, socklen_t length) {
  static ssize_t (*real)(int, const void *, size_t, int, const struct sockaddr *, socklen_t);
  if (leaves(address)) { list("sendto", "inet"); errno = ENETUNREACH; return -1; }
  if (!real) real = dlsym(RTLD_NEXT, "sendto");
  return real(fd, data, size, flags, address, length);
}

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **out) {
  (void)service; (void)hints; (void)out;
  list("getaddrinfo", node ? node : "-");
  return EAI_FAIL;
}

struct hostent *gethostbyname(const char *name) {
  list("gethostbyname", name);
  return NULL;
}
