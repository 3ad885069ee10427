export default {
  compilerOptions: {
    runes: true,
    // Elements are made one by one, not from HTML: so Trusted Types need no exception.
    fragments: "tree",
  },
};
