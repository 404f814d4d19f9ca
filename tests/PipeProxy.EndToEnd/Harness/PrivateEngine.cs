using System.Diagnostics;
using System.Globalization;

namespace PipeProxy.EndToEnd.Harness;

/// <summary>
/// A Docker Engine of a test's own, which it may stop and start: its socket, data and state lie in a folder of its
/// own, it keeps containers running while it is away (<c>live-restore</c>), and it leaves the host's packet filter
/// alone, so that its containers reach the host and are reached from it, but not each other. Needs root,
/// <c>dockerd</c> and <c>ip</c>.
/// </summary>
internal sealed class PrivateEngine : IAsyncDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    // A bridge of its own: a daemon that has none removes docker0, the bridge of the machine's own engine.
    private readonly string _bridge = $"ppx{Guid.NewGuid().ToString("N")[..8]}";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pipeproxy-engine-");
    private Process? _daemon;

    private PrivateEngine()
    {
    }

    /// <summary>The folder that holds the socket. A folder, because a daemon makes a new socket file at each start.</summary>
    public string SocketFolder => Path.Combine(_folder.FullName, "run");

    /// <summary>The address for clients.</summary>
    public string Endpoint => $"unix://{SocketFolder}/docker.sock";

    /// <summary>Whether containers run on while the daemon is away.</summary>
    public bool LiveRestore { get; private init; } = true;

    /// <summary>Starts it, with these images of the machine's own engine.</summary>
    public static Task<PrivateEngine> StartAsync(params string[] images) => StartAsync(liveRestore: true, images);

    /// <summary>As <see cref="StartAsync(string[])"/>; without live-restore its containers end with the daemon.</summary>
    public static async Task<PrivateEngine> StartAsync(bool liveRestore, params string[] images)
    {
        var engine = new PrivateEngine { LiveRestore = liveRestore };
        try
        {
            Directory.CreateDirectory(engine.SocketFolder);
            await IpAsync("link", "add", engine._bridge, "type", "bridge");
            await IpAsync("address", "add", "10.213.7.1/24", "dev", engine._bridge);
            await IpAsync("link", "set", engine._bridge, "up");
            await engine.StartDaemonAsync();
            string archive = Path.Combine(engine._folder.FullName, "images.tar");
            await DockerHost.DockerAsync(["save", "-o", archive, .. images]);
            await engine.DockerAsync("load", "-i", archive);
            File.Delete(archive);
            return engine;
        }
        catch
        {
            await engine.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs the docker client against it.</summary>
    public async Task<string> DockerAsync(params string[] arguments) =>
        (await Command.RunAsync("docker", ["-H", Endpoint, .. arguments])).Expect();

    /// <summary>Starts the daemon and waits until it answers.</summary>
    public async Task StartDaemonAsync()
    {
        string path = _folder.FullName;
        string[] arguments =
        [
            "-H", Endpoint, "--data-root", $"{path}/data", "--exec-root", $"{path}/exec", "--pidfile", $"{path}/pid",
            $"--live-restore={(LiveRestore ? "true" : "false")}", $"--bridge={_bridge}", "--iptables=false", "--ip-forward=false", "--ip-masq=false",
        ];
        // Its output goes to a file, through the shell: containers' shims inherit it and live longer than it does.
        string line = $"exec dockerd {string.Join(' ', arguments)} >>{path}/log 2>&1 </dev/null";
        _daemon = Process.Start("sh", ["-c", line]);
        await Eventually.BecomesTrueAsync("the private engine to answer", s_limit, async () =>
            (await Command.RunAsync("docker", ["-H", Endpoint, "version"])).ExitCode == 0);
    }

    /// <summary>Ends the daemon; its containers run on.</summary>
    public async Task StopDaemonAsync()
    {
        (await Command.RunAsync("kill", ["-TERM", _daemon!.Id.ToString(CultureInfo.InvariantCulture)])).Expect();
        using var deadline = new CancellationTokenSource(s_limit);
        await _daemon.WaitForExitAsync(deadline.Token);
        _daemon.Dispose();
        _daemon = null;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_daemon is null && Directory.Exists(Path.Combine(_folder.FullName, "data")))
        {
            await StartDaemonAsync();
        }

        if (_daemon is not null)
        {
            string containers = await DockerAsync("ps", "-aq");
            if (containers.Length > 0)
            {
                await DockerAsync(["rm", "-f", .. containers.Split('\n')]);
            }

            await StopDaemonAsync();
        }

        await Command.RunAsync("ip", ["link", "delete", _bridge]);
        // Mounts that the daemon leaves behind go first.
        await Command.RunAsync("sh", ["-c", $"grep -o '{_folder.FullName}[^ ]*' /proc/mounts | sort -r | xargs -r umount"]);
        _folder.Delete(recursive: true);
    }

    private static async Task IpAsync(params string[] arguments) => (await Command.RunAsync("ip", arguments)).Expect();
}
