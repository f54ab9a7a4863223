/**
 * Sentences that the program says, under the source that says them: what is written in `{}` there is put in here too. In English they
 * are the program's own, so that this is what other languages translate and what a test holds to the sources.
 */
export const SAID = {
  /** What a touch amounts to. No part of it comes from a configuration. */
  effects: {
    'plan/src/consent.rs': [
      'It runs on this computer with your own rights, at every start.',
      "The container can use every GPU of the engine's machine.",
    ],
    'plan/src/consent/options.rs': [
      "The container has every right of root on the engine's machine, devices included.",
      'The container has every capability that the kernel knows.',
      'Programs in the container can look into each other, as debuggers do.',
      'Among much else, the container can mount file systems; a way out of it is likely.',
      "The container can change its network's settings.",
      "The container can load modules into the kernel of the engine's machine.",
      "The container can reach beyond itself into the engine's machine.",
      'The kernel lets the container do more than other containers.',
      'The kernel lets the container do more than others.',
      'Programs in the container may gain rights, even where the engine forbids it.',
      'The container can make any system call.',
      "The container's system calls are filtered by this file instead of the engine's rules.",
      "The container is guarded by other rules than the engine's, or by none.",
      "The container sees parts of the kernel's settings that are hidden otherwise.",
      "The engine's protection is changed in a way that cannot be told.",
      'Other computers in the network can reach this port.',
      'Other computers in the network can reach them.',
      "What this option can reach on the engine's machine cannot be told from here.",
      "The container can use this device of the engine's machine.",
      'The container can use these GPUs.',
      'The container may make and use devices of this kind.',
      'The container keeps your groups on the host.',
      'The content of this file of the host goes into the container.',
      'Every variable of the host goes into the container.',
      'This secret of the engine goes into the container.',
      "The container uses the engine's machine's own network, its loopback included.",
      "The container shares the network of something else on the engine's machine.",
      "The container may reach the host's own loopback, depending on these options.",
      "The container sees every process of the engine's machine.",
      "The container shares memory and semaphores with the engine's machine.",
      "The container can change the host name of the engine's machine.",
      "The container's users are the engine's machine's own.",
      "The container sees the control groups of the engine's machine.",
      "The container shares a namespace with something else on the engine's machine.",
      'The build can read every file in this folder.',
      "The build uses a network of the engine's machine.",
      'The build may do more than the builder allows by itself.',
      'The build can read this secret of the host.',
      'The build can use keys of your SSH agent.',
      "The engine's protection is changed for the build.",
      'The build reads or writes files in this folder of the host.',
    ],
    'plan/src/consent/paths.rs': [
      "Whoever can use an engine's socket can do anything on the engine's machine.",
      'The container can read it.',
      'The container can read and change it.',
      "A volume with a driver or options of its own can lead anywhere on the engine's machine.",
    ],
    'plan/src/consent/secrets.rs': [
      'Commands of the configuration, its image and its Features can read it in the container.',
    ],
    'plan/src/consent/services.rs': [
      "What this property can reach on the engine's machine cannot be told from here.",
      "Whoever can use an engine's socket can do anything on the engine's machine.",
      'The container can use these devices, such as GPUs.',
      'The content of this file of the host goes into the container.',
      "A volume with a driver or options of its own can lead anywhere on the engine's machine.",
      'Its content goes from the host into containers.',
    ],
  },

  /** The thing itself, where the program has words for it: all others are somebody's own text. */
  subjects: {
    'plan/src/consent.rs': ['all GPUs'],
    'plan/src/consent/options.rs': ['all exposed ports', 'all of your environment', 'GPUs: {value}'],
    'plan/src/consent/paths.rs': ['{path} at {target}', ' (read-only)'],
    'plan/src/consent/secrets.rs': ['{name} from your environment', '{name} from your keychain'],
    'plan/src/consent/services.rs': [
      '{key} of the service {}',
      "the engine's socket for the service {}",
      "devices of the engine's machine for the service {}",
    ],
  },

  /** What a touch comes with. */
  details: {
    'runner/src/consent.rs': ['{path}: not there yet', '{path}: its content is part of this consent'],
  },

  /** What is worth knowing, without a decision. */
  tells: {
    'plan/src/consent/tells.rs': [
      'The image {image} is not pinned: what it holds can change.',
      'The base image {base} is not pinned: what it holds can change.',
      'The variable {name} of this computer flows in.',
    ],
  },

  /** What a difference means. */
  differences: {
    'plan/src/difference/properties.rs': [
      'Only editors look at it.',
      'Only the name that is shown changes.',
      'Tools read it when they attach.',
      'Forwards follow at once.',
      'The next command gets it.',
      "The next command runs as this user; ids that follow the host's need a new container.",
      'The next start of a command reads the environment this way.',
      'It counts when the environment is left.',
      'It counts at the next start.',
      'They are asked for at the next start.',
      'What the container may use is settled when it is made.',
      'It runs at the next start.',
      'It runs after the next start of the container.',
      'It runs at the next `up`.',
      'It runs once, in a new container.',
      'The container is made from another image.',
      'These options count when the container is made.',
      'Ports are published when the container is made.',
      'Mounts are settled when the container is made.',
      'It is settled when the container is made.',
      'Rights are settled when the container is made.',
      'The container keeps its own environment for as long as it lives.',
      'The user is settled when the container is made.',
      'Ids are settled in the image that the container is made from.',
      'The command is settled when the container is made.',
      'Where the workspace lies is settled when the container is made.',
      'The services are made anew.',
      'Another service becomes the environment.',
      'Other services are started.',
      'The image is built anew.',
      'Features are installed into the image.',
      "The container is found by the configuration's path.",
      'Nothing reads it.',
      'Wharf does not know this property.',
      "The container's label keeps what it was made with.",
    ],
    'plan/src/difference/ingredients.rs': [
      'The image that it rests on is another one: it is built anew from its first instruction.',
      'The name means another image now, and the container is made from that one.',
      'Its instructions are the same.',
      'The image is built anew from {layer}',
      'The image is built anew from {layer}, if what that reads has changed',
      'The image is built anew; its last instructions are gone.',
      'The Dockerfile takes nothing out of it.',
      'It has other content: it and the Features behind it are installed anew.',
      'The services are made anew.',
    ],
    'runner/src/status.rs': ['The next `up` runs it.'],
  },

  /** Why a port is as it is. */
  reasons: {
    'runner/src/keeper/report.rs': [
      'a server of {editor}',
      'an editor forwards it',
      'published by the engine',
      'an administrator lets every user have it with `sysctl net.ipv4.ip_unprivileged_port_start={port}`',
      "the system's administrator can allow it",
    ],
  },

  /** Why something could not be looked at. */
  problems: {
    'runner/src/keeper/kept.rs': ['the engine does not answer in time', 'the agent does not answer in time'],
    'engine/src/discover/mod.rs': [
      'nothing is there',
      'no permission to open it',
      'nobody listens',
      'no answer in time',
      'not a container engine: {detail}',
    ],
    'engine/src/error.rs': [
      'no engine listens at {engine}',
      '{engine} refuses connections',
      'no permission to open {engine}',
      'cannot reach {engine}: {detail}',
      'no encrypted connection to {engine}: {problem}',
      'what answers at {engine} is not a container engine: {detail}',
      '{engine} has no container {container}',
      '{engine} did not {call} within {} s',
      'the connection to {engine} broke while it was asked to {call}: {detail}',
    ],
    'runner/src/error.rs': [
      'cannot read {}: {source}',
      'cannot write {}: {source}',
      'Dev container config ({}) not found.',
      'Dev container not found.',
      'The container {container} is {state}, not running.',
      'The expected container does not exist.',
      'no container engine answers',
      'the configuration names dockerComposeFile, and Compose is not on this computer',
      'this environment is not kept',
      'there is no container to start',
    ],
    'runner/src/engines.rs': ['{name} {} is older than {floor}, the oldest that Wharf is tested with'],
  },

  /** What an engine was asked, as a verb. Most others have somebody's names in them. */
  calls: {
    'engine/src/engine.rs': ['answer a ping', 'describe itself'],
    'engine/src/containers.rs': ['list containers', 'tell what happens'],
    'engine/src/volumes.rs': ['list volumes'],
    'engine/src/space.rs': ['count what lies on its disk'],
  },

  /** Why nothing can be said to an engine in secret. */
  encryption: {
    'engine/src/reach.rs': [
      'its certificate was not issued by the authority in {}',
      'its certificate was issued by an authority that this system does not trust',
      'its certificate has expired',
      'its certificate is not valid yet',
      'its certificate is for another name than {host}',
      'it refuses the certificate that we showed',
      'it asks for a client certificate, and there is no cert.pem with key.pem in {}',
      'it asks for a client certificate',
      'what listens there does not speak TLS',
    ],
  },

  /** What can be done about an engine that does not answer. */
  hints: {
    'engine/src/error.rs': [
      'Correct DOCKER_HOST or CONTAINER_HOST, or unset it to use the engine of this machine.',
      'Install Docker or Podman, or start the one that is installed, or set DOCKER_HOST to the address of an engine.',
      'Start the engine, for example with `systemctl start docker` or by opening Docker Desktop.',
      'Add your user to the group that owns the socket (for Docker: `sudo usermod -aG docker $USER`, then log in again), or use a rootless engine.',
      'Look whether the engine still runs, then try again.',
      'Look what listens at that address; DOCKER_HOST may point to the wrong place.',
      'The engine may hang. Restart it, then try again.',
    ],
    'engine/src/reach.rs': [
      "Put the ca.pem of the engine's authority into the folder of DOCKER_CERT_PATH, or into the Docker context.",
      "Renew the engine's certificate on its machine.",
      "Compare the clocks of both machines, then look at the certificate's dates.",
      'Call the engine by a name that its certificate holds, or issue a certificate for this name.',
      'Put a cert.pem and key.pem that the engine accepts into the folder of DOCKER_CERT_PATH, or into the Docker context.',
      'Look at the port: an engine with TLS usually listens at 2376. Without TLS, unset DOCKER_TLS_VERIFY and DOCKER_TLS.',
      'Replace the file with a valid one in PEM form.',
      'Look whether the engine is set up for TLS as this machine expects.',
    ],
    'runner/src/engines.rs': ['Update it: what Wharf asks for may be missing.'],
  },

  /** What brings a workspace into its volume, as it goes on. */
  progress: {
    'runner/src/volume/fill.rs': ['{} files and folders'],
    'runner/src/volume/git.rs': ['Receiving objects', 'Resolving deltas', 'Updating files'],
  },

  /** What a Template does not fit. */
  warnings: {
    'runner/src/templates.rs': [
      'the option {name} has the value `{value}`, and the Template knows {}',
      'the Template has no devcontainer.json, so no Feature was added',
    ],
  },

  /** What the Templates that come with Wharf say of themselves. The names of products and their releases are the same everywhere. */
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

type Told<Sources> = Sources[keyof Sources] extends readonly (infer Sentence extends string)[] ? Sentence : never;

/** For what the program says, the same in a language, with the same parts in it. */
export type Said = { [Topic in keyof typeof SAID]: Readonly<Record<Told<(typeof SAID)[Topic]>, string>> };

function itself(sources: Readonly<Record<string, readonly string[]>>): Record<string, string> {
  return Object.fromEntries(
    Object.values(sources)
      .flat()
      .map((sentence) => [sentence, sentence]),
  );
}

export const said = {
  said: Object.fromEntries(Object.entries(SAID).map(([topic, sources]) => [topic, itself(sources)])) as Said,
};
