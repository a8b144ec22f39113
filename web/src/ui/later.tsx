import { lazy, useState, type ComponentType } from "react";

/**
 * A view whose code comes later. Fetched beforehand it is shown at once, without even a flash of the fallback, which
 * `lazy` alone would make.
 */
export function later<Props extends object>(load: () => Promise<{ default: ComponentType<Props> }>) {
  let known: ComponentType<Props> | null = null;
  const fetch = async () => {
    const loaded = await load();
    known = loaded.default;
    return loaded;
  };
  const Lazy = lazy(fetch);
  return {
    /** That it cannot be fetched is said when it is to be shown. */
    prefetch: () => void fetch().catch(() => {}),
    View: function Later(props: Props) {
      // Chosen once: another type would be another view, which has forgotten everything.
      const [View] = useState<ComponentType<Props>>(() => known ?? Lazy);
      return <View {...props} />;
    },
  };
}
