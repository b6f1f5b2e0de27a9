/** Keys: 128 random bits in base64url, made when a person presses send. */

export function freshKey(): string {
  // Not randomUUID: it exists only over HTTPS, and a home server may have none.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}
