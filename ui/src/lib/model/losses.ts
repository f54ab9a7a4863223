/** What an operation takes away and what it leaves, as lines for a person. */
import type { EnvironmentSummary, Losses, RepositoryLosses } from '../api';
import { bytes, shortPath } from '../format';
import { text } from '../i18n';
import { problemWords } from '../program-sentences';

export interface Consequences {
  lost: string[];
  kept: string[];
}

export interface Circumstances {
  losses: Losses;
  environment: EnvironmentSummary;
  home: string | undefined;
}

/** Stopping ends what runs, and takes nothing else. */
export function ofStopping({ losses, environment, home }: Circumstances): Consequences {
  return {
    lost: [text.losses.processes],
    kept: [
      ...losses.containers.map(({ name }) => text.losses.keptContainer(name)),
      ...volumes([...losses.keptVolumes, ...losses.lostVolumes]),
      ...workspace(environment, home),
    ],
  };
}

/** Replacing or deleting the container. */
export function ofRemoving({ losses, environment, home }: Circumstances): Consequences {
  return {
    lost: [
      ...losses.containers.map(({ name, changedBytes }) =>
        text.losses.container(name, changedBytes == null ? undefined : bytes(changedBytes)),
      ),
      ...volumes(losses.lostVolumes),
      ...losses.repositories.flatMap(repository),
    ],
    kept: [...volumes(losses.keptVolumes), ...workspace(environment, home)],
  };
}

function volumes(names: readonly string[]): string[] {
  return names.map(text.losses.volume);
}

function workspace(environment: EnvironmentSummary, home: string | undefined): string[] {
  const { folder } = environment.reference;
  return folder ? [text.losses.workspaceFolder(shortPath(folder, home))] : [];
}

function repository(losses: RepositoryLosses): string[] {
  const { folder, uncommittedFiles, unpushedCommits, unpushedBranches, stashes, unknown } = losses;
  // Then the numbers say nothing, and silence would say that nothing is lost.
  if (unknown != null) return [text.losses.unseen(folder, problemWords(unknown))];
  const parts = [
    ...(uncommittedFiles > 0 ? [text.losses.uncommitted(uncommittedFiles)] : []),
    ...(unpushedCommits > 0 ? [text.losses.unpushed(unpushedCommits, unpushedBranches)] : []),
    ...(stashes > 0 ? [text.losses.stashes(stashes)] : []),
  ];
  return parts.length > 0 ? [text.losses.repository(folder, parts)] : [];
}
