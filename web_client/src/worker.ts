/** Registers the service worker, which keeps the page itself and the help page for when there is no network. */

interface Policy {
  createScriptURL(url: string): string;
}
interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): Policy;
}

const ADDRESS = "/sw.js";

export function registerWorker(): void {
  // Without HTTPS there is none, outside of localhost; everything else works.
  if (!("serviceWorker" in navigator)) return;
  const { trustedTypes } = window as { trustedTypes?: TrustedTypes };
  const policy = trustedTypes?.createPolicy("sw", { createScriptURL: () => ADDRESS });
  navigator.serviceWorker.register(policy?.createScriptURL(ADDRESS) ?? ADDRESS).catch(() => {
    // A private window may refuse workers; the page does not depend on one.
  });
}
