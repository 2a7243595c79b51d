/** What a first visit finds in the editor. */

export const WELCOME = `# Welcome to the Milepost Explorer.
#
# 1. Sign in, at the top right.
# 2. Run this (Ctrl-Enter): who am I?
# 3. Pick an example on the left,
#    or build one by clicking.
#
# Ctrl-Space completes;
# hovering explains.

query WhoAmI {
  viewer {
    user {
      displayName
      email
    }
    organization {
      name
      kind
    }
    permissions
  }
}
`;
