namespace PipeProxy.EndToEnd.Harness;

/// <summary>The folder that this project was checked out into.</summary>
internal static class Checkout
{
    /// <summary>The folder of <c>PipeProxy.sln</c>.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The binary under test: what <c>PIPEPROXY_BINARY</c> names, else the native one, else the release build.</summary>
    /// <exception cref="FileNotFoundException">There is none; says how to make one.</exception>
    public static string ProxyBinary
    {
        get
        {
            string[] places =
            [
                Environment.GetEnvironmentVariable("PIPEPROXY_BINARY") ?? "",
                Path.Combine(Root, "artifacts", "pipeproxy"),
                Path.Combine(Root, "src", "PipeProxy", "bin", "Release", "net10.0", "pipeproxy"),
            ];
            return places.FirstOrDefault(File.Exists)
                ?? throw new FileNotFoundException("no pipeproxy binary; `./build.sh publish` makes it", places[1]);
        }
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "PipeProxy.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"no PipeProxy.sln above {AppContext.BaseDirectory}");
    }
}
