using PipeProxy.Cli.Options;

namespace PipeProxy.Cli.Flags;

internal static partial class FlagTable
{
    /// <summary>The API exists.</summary>
    public static Flag<bool> Api { get; } = new()
    {
        Name = "api",
        Group = FlagGroup.Api,
        Syntax = Syntaxes.Boolean,
        Default = "false",
        DefaultMeaning = "false; true with --api.insecure",
        Meaning = "Makes api@internal, which a router may lead to, behind any middleware.",
        Traefik = Same,
    };

    /// <summary>The API for everyone.</summary>
    public static Flag<bool> ApiInsecure { get; } = new()
    {
        Name = "api.insecure",
        Group = FlagGroup.Api,
        Syntax = Syntaxes.Boolean,
        Default = "false",
        Meaning = "Serves /api/... and /ping on the entry point traefik, which is added on :8080 where it is not given.",
        Risk = "Everyone who reaches that port reads every router, service and address.",
        Traefik = Same,
    };

    /// <summary>Answers /ping.</summary>
    public static Flag<bool> Ping { get; } = new()
    {
        Name = "ping",
        Group = FlagGroup.Api,
        Syntax = Syntaxes.Boolean,
        Default = "false",
        DefaultMeaning = "false; true with --ping.entrypoint",
        Meaning = "Answers /ping with 200, and with 503 during a stop.",
        Traefik = Same,
    };

    /// <summary>Where /ping is answered.</summary>
    public static Flag<string> PingEntryPoint { get; } = new()
    {
        Name = "ping.entrypoint",
        Group = FlagGroup.Api,
        Syntax = Syntaxes.Text with { ValueName = "NAME" },
        Default = EntryPointOptions.AdminName,
        Meaning = "The entry point that answers /ping; traefik is added on :8080 where it is not given.",
        Traefik = Same,
    };

    /// <summary>What is written.</summary>
    public static Flag<Microsoft.Extensions.Logging.LogLevel> LogLevel { get; } = new()
    {
        Name = "log.level",
        Group = FlagGroup.Log,
        Syntax = Syntaxes.Level,
        Default = "INFO",
        Meaning = "The least severe level that is written to stderr: DEBUG, INFO, WARN, ERROR (TRACE, FATAL and PANIC are understood).",
        Traefik = "same (ERROR there)",
    };

    /// <summary>How it is written.</summary>
    public static Flag<Core.Telemetry.LogFormat> LogFormat { get; } = new()
    {
        Name = "log.format",
        Group = FlagGroup.Log,
        Syntax = Syntaxes.Format,
        Default = "common",
        Meaning = "common: text for people; json: one object a line.",
        Traefik = Same,
    };

    /// <summary>Without colour.</summary>
    public static Flag<bool> LogNoColour { get; } = new()
    {
        Name = "log.nocolor",
        Group = FlagGroup.Log,
        Syntax = Syntaxes.Boolean,
        Default = "false",
        Meaning = "No colour on a terminal; NO_COLOR in the environment says the same. Elsewhere there is none anyway.",
        Traefik = Same,
    };

    /// <summary>Who moves bytes.</summary>
    public static Flag<TransportKind> Transport { get; } = new()
    {
        Name = "transport",
        Group = FlagGroup.Process,
        Syntax = Syntaxes.Transport,
        Default = "auto",
        Meaning = "How bytes are moved: sockets, or auto for the best one here.",
    };

    /// <summary>Where health is asked.</summary>
    public static Flag<string> StatusSocket { get; } = new()
    {
        Name = "status.socket",
        Group = FlagGroup.Process,
        Syntax = Addresses.StatusSocket,
        Default = "/run/pipeproxy.sock",
        DefaultMeaning = "/run/pipeproxy.sock, or the abstract name @pipeproxy where that cannot be written",
        Meaning = "Unix socket on which pipeproxy health asks. Give it as PIPEPROXY_STATUS_SOCKET, so that a HEALTHCHECK finds it too.",
        Risk = "An abstract name is open to everyone in the same network namespace; it tells health and takes no command.",
    };
}
