// The list of batches: `n` starts a new one.

import { onKeys } from "./keys.js";

onKeys({ n: () => document.querySelector('[data-key="n"]').click() });
