package config

// What a policy may be at most. The HCL parser and evaluator recurse and copy without limit
// of their own (100,000 nested brackets end a Go process with a stack overflow that no
// recover sees), so everything is counted before they run.
const (
	maxFileBytes   = 256 << 10 // a file
	maxPolicyBytes = 1 << 20   // all files together
	maxFiles       = 500       // in a directory
	maxTokens      = 64 << 10  // a file: a token costs the parser some hundred bytes
	maxNesting     = 100       // brackets, templates, operators in one another
	maxDigits      = 18        // of a number: fits into 64 bits
	maxValueBytes  = 64 << 10  // one evaluated value
	maxWorkBytes   = 8 << 20   // all evaluated values together
	maxChain       = 100       // locals that refer to locals
	maxElements    = 1000      // of a list that is compared with others
	maxNodes       = 1000
	maxHooks       = 100
	maxProblems    = 200  // diagnostics that are kept
	maxSnippet     = 240  // bytes of a source line that are kept
	maxDetail      = 1000 // bytes of a message
)
