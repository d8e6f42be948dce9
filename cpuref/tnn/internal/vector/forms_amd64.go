package vector

// AVX2Single, AVX2Double, AVX512Single and AVX512Double are the forms that there are.

func AVX2Single() Form[float32] {
	return Form[float32]{
		"AVX2", Charge2020AVX2Single, Sample2020AVX2Single, Equilibrate2020AVX2Single,
		Charge2019AVX2Single, Sample2019AVX2Single, Relax2019AVX2Single, ChangeAVX2Single, FinishAVX2Single,
	}
}

func AVX2Double() Form[float64] {
	return Form[float64]{
		"AVX2", Charge2020AVX2Double, Sample2020AVX2Double, Equilibrate2020AVX2Double,
		Charge2019AVX2Double, Sample2019AVX2Double, Relax2019AVX2Double, ChangeAVX2Double, FinishAVX2Double,
	}
}

func AVX512Single() Form[float32] {
	return Form[float32]{
		"AVX-512", Charge2020AVX512Single, Sample2020AVX512Single, Equilibrate2020AVX512Single,
		Charge2019AVX512Single, Sample2019AVX512Single, Relax2019AVX512Single, ChangeAVX512Single, FinishAVX512Single,
	}
}

func AVX512Double() Form[float64] {
	return Form[float64]{
		"AVX-512", Charge2020AVX512Double, Sample2020AVX512Double, Equilibrate2020AVX512Double,
		Charge2019AVX512Double, Sample2019AVX512Double, Relax2019AVX512Double, ChangeAVX512Double, FinishAVX512Double,
	}
}
