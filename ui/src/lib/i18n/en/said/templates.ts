/** What the program says of the Templates that come with Wharf: the names of products and their releases are the same everywhere. */
export const templates = {
  /** What a Template does not fit. */
  warnings: {
    'runner/src/templates.rs': [
      'the option {name} has the value `{value}`, and the Template knows {}',
      'the Template has no devcontainer.json, so no Feature was added',
    ],
  },
  /** What the Templates say of themselves. */
  templates: {
    'runner/templates/alpine/devcontainer-template.json': [
      'A small Alpine system with git: quick to fetch, with musl in place of the usual C library.',
      'Release of Alpine',
    ],
    'runner/templates/cpp/devcontainer-template.json': ['GCC, Clang, CMake, Ninja and vcpkg.', 'System'],
    'runner/templates/debian/devcontainer-template.json': [
      'A Debian system with git and common command-line tools: for everything that needs no language of its own.',
      'Release of Debian',
    ],
    'runner/templates/dotnet/devcontainer-template.json': ['The .NET SDK.', 'Version of .NET and release of Debian'],
    'runner/templates/go/devcontainer-template.json': [
      'Go with its usual tools.',
      'Version of Go and release of Debian',
    ],
    'runner/templates/java/devcontainer-template.json': [
      'A Java development kit with Maven or Gradle as you like.',
      'Version of Java and release of Debian',
      'Install Maven',
      'Install Gradle',
    ],
    'runner/templates/javascript-node/devcontainer-template.json': [
      'Node.js with npm, yarn and nvm, for JavaScript.',
      'Version of Node.js and release of Debian',
    ],
    'runner/templates/php/devcontainer-template.json': [
      'PHP with Composer and Xdebug.',
      'Version of PHP and release of Debian',
    ],
    'runner/templates/python/devcontainer-template.json': [
      'Python 3 with pip and common tools.',
      'Version of Python and release of Debian',
    ],
    'runner/templates/ruby/devcontainer-template.json': [
      'Ruby with rbenv and Bundler.',
      'Version of Ruby and release of Debian',
    ],
    'runner/templates/rust/devcontainer-template.json': [
      'Rust with rustup, Cargo, clippy, rustfmt and a debugger.',
      'Release of Debian',
    ],
    'runner/templates/typescript-node/devcontainer-template.json': [
      'Node.js and TypeScript',
      'Node.js with npm, yarn, nvm and the TypeScript compiler.',
      'Version of Node.js and release of Debian',
    ],
    'runner/templates/ubuntu/devcontainer-template.json': [
      'An Ubuntu system with git and common command-line tools.',
      'Release of Ubuntu',
    ],
  },
} as const;
