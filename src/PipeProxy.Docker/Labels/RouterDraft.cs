using System.Collections.Immutable;
using PipeProxy.Core.Configuration;

namespace PipeProxy.Docker.Labels;

/// <summary>A router as one container's labels write it, before defaults.</summary>
internal sealed class RouterDraft(string name, string key)
{
    public string Name { get; } = name;

    /// <summary>The first label that speaks of it.</summary>
    public string Key { get; } = key;

    public string Rule { get; set; } = "";

    public string Service { get; set; } = "";

    private ImmutableArray<string> _entryPoints = [];
    private ImmutableArray<string> _middlewares = [];
    private long? _priority;
    private bool _tls;

    public void Set(string option, LabelEntry label, ProblemList problems)
    {
        switch (option)
        {
            case "rule":
                Rule = label.Value.Trim();
                break;
            case "service":
                Service = label.Value.Trim();
                break;
            case "entrypoints":
                _entryPoints = LabelValue.List(label);
                break;
            case "middlewares":
                _middlewares = LabelValue.List(label);
                break;
            case "priority":
                _priority = LabelValue.Number(label, int.MinValue, long.MaxValue, problems);
                break;
            case "rulesyntax":
                if (!label.Value.Trim().Equals("v3", StringComparison.OrdinalIgnoreCase))
                {
                    problems.Add(label.Key, "is not in force: rules are read in the syntax of v3");
                }

                break;
            case "tls":
                _tls |= LabelValue.Bool(label, problems) ?? true; // In doubt it asks for TLS: it is never served in clear by a slip.
                break;
            default: // tls.*: whoever says how, asks for it.
                _tls = true;
                break;
        }
    }

    public RouterDefinition Define(string source) => new()
    {
        Name = Name,
        Rule = Rule,
        Service = Service,
        EntryPoints = _entryPoints,
        Middlewares = _middlewares,
        Priority = _priority,
        Tls = _tls,
        Source = source,
    };
}
